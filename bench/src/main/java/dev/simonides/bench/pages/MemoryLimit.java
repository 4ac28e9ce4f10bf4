// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A control group of the system's, of processes that together may use so much memory and no more, page cache included. Made and
 * removed by its user, who must be allowed to.
 */
final class MemoryLimit implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private final Path group;
    private final Version version;

    /** The names of the two interfaces that Linux has for this. */
    private enum Version {
        ONE("memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"),
        TWO("memory.max", "memory.current", "file");

        private final String limit;
        private final String usage;
        private final String cache;

        Version(String limit, String usage, String cache) {
            this.limit = limit;
            this.usage = usage;
            this.cache = cache;
        }
    }

    private MemoryLimit(Path group, Version version) {
        this.group = group;
        this.version = version;
    }

    /**
     * Makes a group without a limit.
     *
     * @throws IOException if there is no memory controller, or this user may not make groups
     */
    static MemoryLimit make() throws IOException {
        boolean one = Files.isDirectory(ROOT.resolve("memory"));
        Path parent = one ? ROOT.resolve("memory") : ROOT;
        Path group = parent.resolve("simonides-" + ProcessHandle.current().pid());
        Files.createDirectory(group);
        MemoryLimit made = new MemoryLimit(group, one ? Version.ONE : Version.TWO);
        if (!Files.isWritable(group.resolve(made.version.limit))) {
            made.close();
            throw new IOException("no memory controller in " + parent);
        }
        return made;
    }

    /** A command that enters the group and then becomes the given one. */
    List<String> entering(List<String> command) {
        List<String> entering = new ArrayList<>(List.of(
                "sh",
                "-c",
                "echo $$ > \"$0\" && exec \"$@\"",
                group.resolve("cgroup.procs").toString()));
        entering.addAll(command);
        return entering;
    }

    /** What its processes use of memory, bytes, without page cache. */
    long usedBesidesCache() throws IOException {
        return read(version.usage) - cached();
    }

    /** What is charged to the group of page cache, bytes. */
    long cached() throws IOException {
        for (String line : Files.readAllLines(group.resolve("memory.stat"))) {
            if (line.startsWith(version.cache + " ")) {
                return Long.parseLong(line.substring(version.cache.length() + 1));
            }
        }
        throw new IOException(group + ": memory.stat does not say " + version.cache);
    }

    private long read(String name) throws IOException {
        return Long.parseLong(Files.readString(group.resolve(name)).strip());
    }

    /** Limits it; what is over the limit of page cache is dropped at once. */
    void set(long bytes) throws IOException {
        Files.writeString(group.resolve(version.limit), Long.toString(bytes));
        long used = usedBesidesCache() + cached();
        if (used > bytes) {
            throw new IOException(String.format(Locale.ROOT, "limit of %d bytes: %d are used", bytes, used));
        }
    }

    /** Removes the group, whose processes have ended. */
    @Override
    public void close() throws IOException {
        Files.delete(group);
    }
}
