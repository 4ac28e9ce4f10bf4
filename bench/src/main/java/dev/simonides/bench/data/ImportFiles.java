// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.util.Optional;

/**
 * What one import reads: a file of vectors, and perhaps a file with the text and one with the tenant of each row.
 *
 * <pre>{@code
 * ImportFiles files = ImportFiles.of(VectorFile.of(base)).texts(LineFile.texts(texts));
 * VectorShape shape = files.validate(row -> check(row.vector()));   // stores nothing if anything is wrong
 * try (VectorSource rows = files.open()) { … }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class ImportFiles {

    private final VectorFile vectors;
    private final Optional<LineFile> texts;
    private final Optional<LineFile> tenants;

    private ImportFiles(VectorFile vectors, Optional<LineFile> texts, Optional<LineFile> tenants) {
        this.vectors = vectors;
        this.texts = texts;
        this.tenants = tenants;
    }

    /**
     * Vectors alone.
     *
     * @param vectors the file of vectors
     * @return the files
     */
    public static ImportFiles of(VectorFile vectors) {
        return new ImportFiles(vectors, Optional.empty(), Optional.empty());
    }

    /**
     * These files and one text a row.
     *
     * @param texts a line a row; it takes the place of texts among the vectors
     * @return the files
     */
    public ImportFiles texts(LineFile texts) {
        return new ImportFiles(vectors, Optional.of(texts), tenants);
    }

    /**
     * These files and one tenant a row.
     *
     * @param tenants a line a row; it takes the place of tenants among the vectors
     * @return the files
     */
    public ImportFiles tenants(LineFile tenants) {
        return new ImportFiles(vectors, texts, Optional.of(tenants));
    }

    /**
     * The file of vectors.
     *
     * @return the file
     */
    public VectorFile vectors() {
        return vectors;
    }

    /**
     * Reads all files once, side by side, and stores nothing.
     *
     * @param check what the caller demands of each row, complete with text and tenant
     * @return the shape of the vectors
     * @throws VectorFileException at the first finding: damage, or a file with more or fewer lines than there are rows
     */
    public VectorShape validate(RowCheck check) {
        try (VectorSource rows = open()) {
            return VectorFile.validate(vectors.path(), rows, check);
        }
    }

    /**
     * Opens all files.
     *
     * @return the rows, complete with text and tenant; closed by the caller
     * @throws VectorFileException if one of the files is not what it should be
     */
    public VectorSource open() {
        VectorSource rows = vectors.open();
        if (texts.isPresent()) {
            rows = new JoinedSource(rows, vectors, texts.get(), VectorRow::withText);
        }
        if (tenants.isPresent()) {
            rows = new JoinedSource(rows, vectors, tenants.get(), VectorRow::withTenant);
        }
        return rows;
    }
}
