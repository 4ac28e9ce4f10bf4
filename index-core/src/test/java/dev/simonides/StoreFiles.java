// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What there is of a store on disk, and what this process has open of it. */
final class StoreFiles {
    private StoreFiles() {}

    /** Every file by its name, and the directory as ".": inode, size, times of its last changes, a hash of its bytes. */
    static Map<String, String> states(Path store) throws IOException {
        Map<String, String> states = new TreeMap<>();
        states.put(".", "" + Files.getLastModifiedTime(store) + Files.getAttribute(store, "unix:ctime"));
        try (Stream<Path> files = Files.list(store)) {
            for (Path file : files.toList()) {
                Map<String, Object> attributes =
                        Files.readAttributes(file, "unix:ino,size,mode,lastModifiedTime,ctime");
                int hash = Arrays.hashCode(Files.readAllBytes(file));
                states.put(file.getFileName().toString(), new TreeMap<>(attributes) + " " + hash);
            }
        }
        return states;
    }

    /** Descriptors and mappings of this process that lead into the directory. */
    static List<String> open(Path store) throws IOException {
        String prefix = store.toRealPath() + "/";
        List<String> open = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                // The one that the listing itself had is gone.
                String target = Files.isSymbolicLink(descriptor)
                        ? Files.readSymbolicLink(descriptor).toString()
                        : "";
                if ((target + "/").startsWith(prefix)) {
                    open.add("descriptor of " + target);
                }
            }
        }
        for (String mapping : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (mapping.contains(prefix)) {
                open.add("mapping of " + mapping.substring(mapping.indexOf(prefix)));
            }
        }
        return open;
    }
}
