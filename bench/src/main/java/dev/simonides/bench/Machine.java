// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.simonides.simd.Kernels;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The machine and the JVM that a measurement was made on.
 *
 * <p>Immutable.
 *
 * @param cpu the processor's model name and, where the system tells them, family/model/stepping
 * @param cores processors this JVM may use
 * @param kernels the kernel tier that runs, and why: {@link Kernels#describe()}
 * @param memoryBytes physical memory, 0 where the system does not tell
 * @param system name, release and architecture of the operating system
 * @param jdk version and vendor of the JDK
 * @param heapBytes the largest heap this JVM may grow to
 */
public record Machine(
        String cpu, int cores, String kernels, long memoryBytes, String system, String jdk, long heapBytes) {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * This machine and this JVM, now.
     *
     * @return the machine
     */
    public static Machine current() {
        Runtime runtime = Runtime.getRuntime();
        return new Machine(
                cpu(lines(CPU_INFO)),
                runtime.availableProcessors(),
                Kernels.describe(),
                memoryBytes(lines(MEMORY_INFO)),
                property("os.name") + " " + property("os.version") + " " + property("os.arch"),
                Runtime.version() + " " + property("java.vendor"),
                runtime.maxMemory());
    }

    /** From the lines of {@code /proc/cpuinfo}; the architecture where they are not there. */
    static String cpu(List<String> lines) {
        return value(lines, "model name")
                .map(name -> value(lines, "model")
                        .map(model -> name + " (" + value(lines, "cpu family").orElse("?") + "/" + model + "/"
                                + value(lines, "stepping").orElse("?") + ")")
                        .orElse(name))
                .orElse(property("os.arch"));
    }

    /** From the lines of {@code /proc/meminfo}; 0 where they are not there. */
    static long memoryBytes(List<String> lines) {
        return value(lines, "MemTotal")
                .map(total -> Long.parseLong(total.replace("kB", "").strip()) * 1024)
                .orElse(0L);
    }

    private static Optional<String> value(List<String> lines, String name) {
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
                return Optional.of(line.substring(colon + 1).strip());
            }
        }
        return Optional.empty();
    }

    private static List<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) { // a machine that hides it is described without it
            return List.of();
        }
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }

    /**
     * The machine in one line for people.
     *
     * @return processor, cores, memory, system, JDK, heap and kernels
     */
    public String line() {
        String memory = memoryBytes == 0 ? "memory unknown" : gibibytes(memoryBytes) + " memory";
        return cpu + ", " + cores + (cores == 1 ? " core, " : " cores, ") + memory + "; " + system + "; JDK " + jdk
                + ", heap " + gibibytes(heapBytes) + "; kernels: " + kernels;
    }

    private static String gibibytes(long bytes) {
        return Math.round(bytes / (double) (1L << 30) * 10) / 10.0 + " GiB";
    }

    /**
     * The machine as one JSON object, on one line.
     *
     * @return an object with a field for each component
     */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("cpu", cpu);
            json.writeNumberField("cores", cores);
            json.writeStringField("kernels", kernels);
            json.writeNumberField("memory_bytes", memoryBytes);
            json.writeStringField("system", system);
            json.writeStringField("jdk", jdk);
            json.writeNumberField("heap_bytes", heapBytes);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
