// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.lang.module.ModuleFinder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Imports point one way: between modules as the map here says, between packages as each {@code package-info} says.
 *
 * <p>Read from class files, so that a name written in full, or a type that only appears as the result of a call, counts too.
 */
final class ImportRules {
    /** For each module of the engine the modules and libraries that it may know. Bench and cli may know all. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.of(
            "native-simd", Set.of(),
            "wal", Set.of(),
            "quantization", Set.of("native-simd"),
            "index-core", Set.of("native-simd", "quantization", "wal", "org.agrona"),
            "crash-kit", Set.of("quantization", "wal", "index-core"),
            "bench", Set.of("native-simd", "quantization", "wal", "index-core", "*"));

    private static final Pattern MAY_IMPORT = Pattern.compile("<b>May import:</b>(.*?)(<p>|$)");
    private static final Pattern PACKAGE_NAME =
            Pattern.compile("(?<all>every (other )?package of )?(?<name>\\b[a-z]\\w*(\\.[a-z]\\w*)+|(?<=["
                    + " ,])\\.[a-z]\\w*)(?<below>\\.\\*)?");
    private static final String ALL_BELOW = ".*";
    private static final String CHECKER_ANNOTATIONS = "org.jspecify.annotations";
    private static final Set<String> PLATFORM = ModuleFinder.ofSystem().findAll().stream()
            .flatMap(module -> module.descriptor().packages().stream())
            .collect(Collectors.toUnmodifiableSet());

    /** Which module each of our packages belongs to. */
    private final Map<String, String> modules;

    /** The package-info of each of our packages. */
    private final Map<String, JavaSource> descriptions;

    ImportRules(Map<String, String> modules, Map<String, JavaSource> descriptions) {
        this.modules = modules;
        this.descriptions = descriptions;
    }

    List<Finding> check(JavaSource source, List<CompiledType> types) {
        var imported = new TreeSet<String>();
        types.forEach(type -> imported.addAll(type.packages()));
        imported.remove(source.packageName());
        imported.remove(CHECKER_ANNOTATIONS);
        imported.removeAll(PLATFORM);

        var findings = new ArrayList<Finding>();
        for (var name : imported) {
            var problem = problem(source, name);
            if (!problem.isEmpty()) {
                findings.add(new Finding("imports", source.path(), source.lineOf(name), name + ": " + problem));
            }
        }
        return findings;
    }

    private String problem(JavaSource source, String imported) {
        var owner = modules.get(imported);
        var known = owner == null ? library(imported) : owner;
        var mayKnow = MAY_KNOW.getOrDefault(source.module(), Set.of("*"));
        if (!source.module().equals(owner) && !mayKnow.contains(known) && !(owner == null && mayKnow.contains("*"))) {
            return "module " + source.module() + " may not know " + known;
        }
        var description = descriptions.get(source.packageName());
        if (description == null || (owner == null && mayKnow.contains("*"))) {
            return "";
        }
        return mayImport(description).stream().anyMatch(allowed -> allows(allowed, imported, owner))
                ? ""
                : "not among what the package-info says that " + source.packageName() + " may import";
    }

    private static boolean allows(String allowed, String imported, String owner) {
        if (allowed.endsWith(ALL_BELOW)) {
            return imported.startsWith(allowed.substring(0, allowed.length() - 1));
        }
        return imported.equals(allowed) || (owner == null && imported.startsWith(allowed + "."));
    }

    private static String library(String name) {
        return name.startsWith("org.agrona") ? "org.agrona" : name;
    }

    /**
     * The packages that a package-info names after "May import:". {@code .page} after {@code dev.simonides.core.graph} is its
     * sibling {@code dev.simonides.core.page}; "every package of" a package, and {@code .*} after it, means all below it.
     */
    static Set<String> mayImport(JavaSource packageInfo) {
        var names = new TreeSet<String>();
        var clause = MAY_IMPORT.matcher(packageInfo.prose());
        if (clause.find()) {
            var parent = "";
            var mention = PACKAGE_NAME.matcher(clause.group(1));
            while (mention.find()) {
                var name = mention.group("name");
                name = name.startsWith(".") ? parent + name : name;
                parent = name.substring(0, name.lastIndexOf('.'));
                names.add(mention.group("all") == null && mention.group("below") == null ? name : name + ALL_BELOW);
            }
        }
        return names;
    }
}
