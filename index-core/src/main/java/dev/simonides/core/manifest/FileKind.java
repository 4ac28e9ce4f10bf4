// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.manifest;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

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

    private static final Pattern NAME = Pattern.compile("([a-z]{3,6})-([0-9]{10,19})");

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
        return String.format(Locale.ROOT, "%s-%010d", prefix, id);
    }

    /**
     * Returns the kind of a code.
     *
     * @param code as stored
     * @return the kind
     * @throws IllegalArgumentException if there is none
     */
    public static FileKind of(int code) {
        for (FileKind kind : values()) {
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
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
            for (FileKind kind : values()) {
                if (kind.prefix.equals(matcher.group(1))) {
                    return number(matcher.group(2))
                            .filter(id -> kind.fileName(id).equals(name));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Long> number(String digits) {
        try {
            return Optional.of(Long.parseLong(digits)).filter(id -> id > 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
