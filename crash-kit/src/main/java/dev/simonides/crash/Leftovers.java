// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.FileSystemDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a check must not leave behind in its process: open files, mappings, and the lock of the store. */
final class Leftovers {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path MAPPINGS = Path.of("/proc/self/maps");
    private static final String LOCK = "LOCK";

    private Leftovers() {}

    /** Checks that this process has nothing of a directory open, and that nobody holds its lock. */
    static void requireNone(Path directory) throws IOException {
        List<String> found = new ArrayList<>();
        // Of the directory alone: other threads of this process may be at work in others.
        String path = directory.toRealPath().toString();
        if (Files.exists(DESCRIPTORS)) {
            addDescriptors(path, found);
            addMappings(path, found);
        }
        if (Files.exists(directory.resolve(LOCK))) {
            try (FileSystemDirectory opened = FileSystemDirectory.open(directory)) {
                if (opened.locked(LOCK)) {
                    found.add("the lock is held");
                }
            }
        }
        if (!found.isEmpty()) {
            throw new CrashFailure("left open in " + directory + ": " + found);
        }
    }

    private static void addDescriptors(String path, List<String> found) throws IOException {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            for (Path descriptor : descriptors.toList()) {
                String target = target(descriptor);
                if (target.equals(path) || target.startsWith(path + "/")) {
                    found.add("descriptor " + descriptor.getFileName() + " of " + target);
                }
            }
        }
    }

    /** Where a descriptor leads; another thread may have closed it meanwhile. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }

    private static void addMappings(String path, List<String> found) throws IOException {
        for (String line : Files.readAllLines(MAPPINGS)) {
            int at = line.indexOf(path + "/");
            if (at >= 0) {
                found.add("mapping of " + line.substring(at));
            }
        }
    }
}
