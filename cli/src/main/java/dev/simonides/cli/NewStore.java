// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What is asked of a path before a store is made there, and how a path is spelled for a shell. */
public final class NewStore {
    private NewStore() {}

    /**
     * Refuses a path where no store can be made: to the store that is a failure of the medium, on the command line it is
     * wrong usage.
     *
     * @param directory where the store is to be
     */
    public static void requirePossible(Path directory) {
        requireName(directory);
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw Refusal.usage(directory + ": a file that is not a directory is there, and a store is a directory");
        }
        Path parent = directory.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            throw Refusal.usage(directory + ": there is no directory " + parent + " to make it in; mkdir -p "
                    + quoted(parent) + " makes it");
        }
    }

    /** Refuses a path where something is already. */
    static void requireEmpty(Path directory) {
        requirePossible(directory);
        if (Files.isDirectory(directory)) {
            try (Stream<Path> entries = Files.list(directory)) {
                if (entries.findAny().isPresent()) {
                    throw Refusal.usage(directory + ": not empty; name a directory that is missing or empty");
                }
            } catch (IOException e) {
                throw Refusal.failed(directory + ": cannot be listed: " + e.getMessage());
            }
        }
    }

    /** Java takes an empty path for the working directory; nobody means that by it. */
    static void requireName(Path directory) {
        if (directory.toString().isEmpty()) {
            throw Refusal.usage("STORE: expected=the path of a directory, actual=an empty word");
        }
    }

    /**
     * A path as a shell takes it.
     *
     * @param path the path
     * @return the path itself, or in quotes if there is anything in it that a shell would interpret
     */
    public static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[A-Za-z0-9_./+:@%,=][A-Za-z0-9_./+:@%,=-]*")
                ? text
                : "'" + text.replace("'", "'\\''") + "'";
    }
}
