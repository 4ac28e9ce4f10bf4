// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import java.util.Optional;

/** What a write-once file holds. */
public enum FileKind {
    /** Truth: codes, factors and originals. */
    VECTORS(1, "vec", true),
    /** Truth: lives, keys and the places of payloads. */
    RECORDS(2, "meta", true),
    /** Truth: payloads. */
    PAYLOADS(3, "blob", true),
    /** Derived: graphs, whole. */
    GRAPH(4, "graph", false),
    /** Derived: what changed in graphs since the file before. */
    GRAPH_DELTA(5, "graphd", false);

    private static final FileKind[] KINDS = values();

    private final int code;
    private final String prefix;
    private final boolean truth;

    FileKind(int code, String prefix, boolean truth) {
        this.code = code;
        this.prefix = prefix;
        this.truth = truth;
    }

    /**
     * Returns the number that stands for this kind on disk.
     *
     * @return 1..5
     */
    public int code() {
        return code;
    }

    /**
     * Returns whether a store is damaged without such a file; the others are rebuilt.
     *
     * @return whether it is truth
     */
    public boolean truth() {
        return truth;
    }

    /**
     * Returns the name of a file of this kind.
     *
     * @param id the file's number, 1 or more
     * @return prefix, dash and at least ten digits
     */
    public String fileName(long id) {
        return NumberedName.of(prefix, id);
    }

    /**
     * Returns the kind of a code.
     *
     * @param code as stored
     * @return the kind
     * @throws IllegalArgumentException if there is none
     */
    public static FileKind of(int code) {
        for (FileKind kind : KINDS) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("file kind: unknown code=" + code);
    }

    /**
     * Returns the number in a name that {@link #fileName} makes.
     *
     * @param name any file name
     * @return the number, or nothing for a name that is not one of ours
     */
    public static Optional<Long> idOf(String name) {
        for (FileKind kind : KINDS) {
            long id = NumberedName.number(kind.prefix, name);
            if (id != NumberedName.NONE) {
                return Optional.of(id);
            }
        }
        return Optional.empty();
    }
}
