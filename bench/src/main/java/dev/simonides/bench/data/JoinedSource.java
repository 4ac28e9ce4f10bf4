// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.util.function.BiFunction;

/** Rows, each given the line of the same number; both must end together. */
final class JoinedSource implements VectorSource {

    private final VectorSource rows;
    private final VectorFile rowsFile;
    private final LineFile linesFile;
    private final LineSource lines;
    private final BiFunction<VectorRow, String, VectorRow> join;

    JoinedSource(
            VectorSource rows, VectorFile rowsFile, LineFile linesFile, BiFunction<VectorRow, String, VectorRow> join) {
        this.rows = rows;
        this.rowsFile = rowsFile;
        this.linesFile = linesFile;
        this.join = join;
        try {
            this.lines = linesFile.open();
        } catch (RuntimeException | Error e) {
            rows.close();
            throw e;
        }
    }

    @Override
    public int dimension() {
        return rows.dimension();
    }

    @Override
    public long count() {
        return rows.count();
    }

    @Override
    public boolean hasNext() {
        boolean more = rows.hasNext();
        if (!more && lines.hasNext()) {
            throw new VectorFileException(
                    linesFile.path(),
                    lines.number(),
                    lines.offset(),
                    "expected " + lines.number() + " lines, one for each row of " + rowsFile + "; more follow");
        }
        return more;
    }

    @Override
    public VectorRow next() {
        VectorRow row = rows.next();
        if (!lines.hasNext()) {
            String expected = rows.count() == COUNT_UNKNOWN ? "" : rows.count() + " lines, ";
            throw new VectorFileException(
                    linesFile.path(),
                    lines.number(),
                    lines.offset(),
                    "expected " + expected + "one for each row of " + rowsFile + "; the file ends after "
                            + lines.number());
        }
        return join.apply(row, lines.next());
    }

    @Override
    public void close() {
        try (lines) {
            rows.close();
        }
    }
}
