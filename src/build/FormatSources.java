// SPDX-License-Identifier: Apache-2.0
import com.palantir.javaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs the pinned formatter over every Java source of the project; the build starts it from source on the JDK it found.
 *
 * <p>{@code check ROOT} names each file that the formatter would change and exits with 1 if there is one; {@code write
 * ROOT} changes them in place. Javadoc is left alone, unused imports are removed.
 */
public final class FormatSources {
    private static final String REMEDY = "Not formatted: the files named above. Run: mvn -N -Pformat validate";

    private FormatSources() {}

    /**
     * Formats or checks.
     *
     * @param arguments the mode, {@code check} or {@code write}, and the root folder of the project
     * @throws Exception if a source cannot be read or written
     */
    public static void main(String... arguments) throws Exception {
        var check = switch (arguments[0]) {
            case "check" -> true;
            case "write" -> false;
            default -> throw new IllegalArgumentException("mode: expected=check|write, actual=" + arguments[0]);
        };
        var root = Path.of(arguments[1]);
        var command = new ArrayList<>(List.of("--palantir"));
        command.addAll(check ? List.of("--dry-run", "--set-exit-if-changed") : List.of("--replace"));
        command.addAll(sources(root));

        var out = new PrintWriter(System.out, true);
        var err = new PrintWriter(System.err, true);
        var status = new Main(out, err, System.in).format(command.toArray(String[]::new));

        if (status != 0) {
            err.println(REMEDY);
        }
        System.exit(status);
    }

    private static List<String> sources(Path root) {
        try (Stream<Path> children = Files.list(root)) {
            return children.map(child -> child.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(FormatSources::javaFiles)
                    .map(Path::toString)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + root, e);
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot walk " + folder, e);
        }
    }
}
