// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.tidy;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodTypeEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a class file says about a type: where its source is, what it refers to, and where it orders memory accesses.
 * Immutable.
 *
 * @param name the binary name
 * @param sourcePath the source, relative to the root of the project
 * @param packages the packages of all types that it refers to
 * @param orderedAccesses every call of a VarHandle mode that is not plain, and every fence
 * @param methodLengths for each method the lines from its first instruction to its last
 * @param stateful whether it is a public top-level class, neither record, enum nor throwable, with instance fields
 */
record CompiledType(
        String name,
        String sourcePath,
        Set<String> packages,
        List<OrderedAccess> orderedAccesses,
        List<MethodLength> methodLengths,
        boolean stateful) {

    private static final Pattern DESCRIBED_TYPE = Pattern.compile("L([^;<]+)[;<]");
    private static final Pattern ORDERING_MODE = Pattern.compile(
            "(get|set)(Opaque|Acquire|Release|Volatile)" + "|(weakCompareAnd|compareAnd|getAnd)\\w+|\\w+Fence");
    private static final Set<String> VALUE_OR_THROWABLE =
            Set.of("java/lang/Record", "java/lang/Enum", "java/lang/Throwable", "java/lang/Error");

    /**
     * An access or fence that orders memory.
     *
     * @param line in the source
     * @param mode the name of the VarHandle method
     */
    record OrderedAccess(int line, String mode) {}

    /**
     * How long a method is.
     *
     * @param name the method
     * @param line of its first instruction
     * @param lines from its first instruction to its last
     */
    record MethodLength(String name, int line, int lines) {}

    /**
     * Reads a class file.
     *
     * @param file the class file
     * @param sourceFolder the source folder it was compiled from, relative to the root of the project
     */
    static CompiledType read(Path file, String sourceFolder) throws IOException {
        var model = ClassFile.of().parse(file);
        var internalName = model.thisClass().asInternalName();
        var sourceFile = model.findAttribute(Attributes.sourceFile())
                .map(attribute -> attribute.sourceFile().stringValue())
                .orElse("");
        var folder = internalName.contains("/") ? internalName.substring(0, internalName.lastIndexOf('/') + 1) : "";

        var accesses = new ArrayList<OrderedAccess>();
        var lengths = new ArrayList<MethodLength>();
        for (var method : model.methods()) {
            method.code().ifPresent(code -> inspect(method.methodName().stringValue(), code, accesses, lengths));
        }
        return new CompiledType(
                internalName.replace('/', '.'),
                sourceFolder + "/" + folder + sourceFile,
                packagesOf(model),
                List.copyOf(accesses),
                List.copyOf(lengths),
                isStateful(model));
    }

    private static void inspect(
            String method, CodeModel code, List<OrderedAccess> accesses, List<MethodLength> lengths) {
        var line = 0;
        var first = Integer.MAX_VALUE;
        var last = 0;
        for (var element : code) {
            if (element instanceof LineNumber number) {
                line = number.line();
                first = Math.min(first, line);
                last = Math.max(last, line);
            } else if (element instanceof InvokeInstruction call && orders(call)) {
                accesses.add(new OrderedAccess(line, call.name().stringValue()));
            }
        }
        if (last > 0) {
            lengths.add(new MethodLength(method, first, last - first + 1));
        }
    }

    private static boolean orders(InvokeInstruction call) {
        return call.owner().asInternalName().equals("java/lang/invoke/VarHandle")
                && ORDERING_MODE.matcher(call.name().stringValue()).matches();
    }

    private static Set<String> packagesOf(ClassModel model) {
        var packages = new TreeSet<String>();
        for (var entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> add(packages, "L" + type.asInternalName() + ";");
                case NameAndTypeEntry member -> add(packages, member.type().stringValue());
                case MethodTypeEntry type -> add(packages, type.descriptor().stringValue());
                default -> {}
            }
        }
        model.fields().forEach(field -> add(packages, field.fieldType().stringValue()));
        model.methods().forEach(method -> add(packages, method.methodType().stringValue()));
        return packages;
    }

    private static void add(Set<String> packages, String descriptor) {
        var types = DESCRIBED_TYPE.matcher(descriptor);
        while (types.find()) {
            var name = types.group(1).replaceFirst("^\\[+L?", "");
            if (name.contains("/")) {
                packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.'));
            }
        }
    }

    private static boolean isStateful(ClassModel model) {
        var superclass = model.superclass().map(ClassEntry::asInternalName).orElse("");
        return model.flags().has(AccessFlag.PUBLIC)
                && !model.flags().has(AccessFlag.INTERFACE)
                && !model.thisClass().asInternalName().contains("$")
                && !VALUE_OR_THROWABLE.contains(superclass)
                && !superclass.endsWith("Exception")
                && model.fields().stream().anyMatch(field -> !field.flags().has(AccessFlag.STATIC));
    }

    String packageName() {
        return name.substring(0, Math.max(0, name.lastIndexOf('.')));
    }

    String simpleName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
