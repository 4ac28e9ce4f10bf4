// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables of docs/FORMAT.md with the columns field, offset, bytes and type, by the heading they stand under, to be
 * compared with {@code *Layout} classes. In the test-jar, for the modules that have layouts of their own. Immutable.
 */
public final class FormatTables {
    private static final String COLUMNS = "| field | offset | bytes | type |";

    private final Map<String, List<Field>> tables;

    /**
     * One row of a table, or one member of a layout.
     *
     * @param name the field
     * @param offset bytes from the structure's start
     * @param bytes its size
     * @param type its type: u8, u16, u32, u64, f32, f64, or u8[n]
     */
    public record Field(String name, long offset, long bytes, String type) {}

    private FormatTables(Map<String, List<Field>> tables) {
        this.tables = tables;
    }

    /**
     * Reads the document of this project.
     *
     * @return its tables
     */
    public static FormatTables read() {
        try {
            return parse(Files.readAllLines(Path.of(System.getProperty("basedir", "."), "..", "docs", "FORMAT.md")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the tables out of a document; rows whose offset is no number (those of structures with a size of their own)
     * are left out.
     *
     * @param lines the document
     * @return its tables
     */
    static FormatTables parse(List<String> lines) {
        Map<String, List<Field>> tables = new LinkedHashMap<>();
        String heading = "";
        boolean inside = false;
        for (String line : lines) {
            if (line.startsWith("#")) {
                heading = line.replaceFirst("#+ ", "").strip();
            }
            if (line.startsWith(COLUMNS)) {
                inside = true;
                if (tables.put(heading, new ArrayList<>()) != null) {
                    throw new AssertionError("two tables under one heading: " + heading);
                }
            } else if (!line.startsWith("|")) {
                inside = false;
            } else if (inside) {
                String[] cells = line.split("\\|", -1);
                if (cells[2].strip().matches("[0-9]+") && cells[3].strip().matches("[0-9]+")) {
                    tables.getOrDefault(heading, List.of())
                            .add(new Field(
                                    cells[1].strip(),
                                    Long.parseLong(cells[2].strip()),
                                    Long.parseLong(cells[3].strip()),
                                    cells[4].strip()));
                }
            }
        }
        return new FormatTables(tables);
    }

    /**
     * Asserts that a table and a layout say the same: the same fields in the same order, with the same offsets, sizes
     * and types, and nothing between them.
     *
     * @param heading the heading the table stands under
     * @param layout the layout
     */
    public void assertDescribes(String heading, StructLayout layout) {
        List<Field> table = tables.getOrDefault(heading, List.of());
        assertEquals(fields(layout), table, () -> "docs/FORMAT.md, " + heading);
    }

    private static List<Field> fields(StructLayout layout) {
        List<Field> fields = new ArrayList<>();
        long offset = 0;
        for (MemoryLayout member : layout.memberLayouts()) {
            fields.add(new Field(member.name().orElse("unnamed"), offset, member.byteSize(), type(member)));
            offset += member.byteSize();
        }
        return fields;
    }

    private static String type(MemoryLayout member) {
        if (member instanceof SequenceLayout sequence) {
            return type(sequence.elementLayout()) + "[" + sequence.elementCount() + "]";
        }
        if (member instanceof ValueLayout value) {
            if (value.byteSize() > 1 && value.order() != ByteOrder.LITTLE_ENDIAN) {
                return "big-endian";
            }
            boolean floating = value.carrier() == float.class || value.carrier() == double.class;
            return (floating ? "f" : "u") + value.byteSize() * 8;
        }
        return member.toString();
    }
}
