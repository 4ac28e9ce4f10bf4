// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

/** The types of log records, as they stand in the log. Normative: docs/FORMAT.md, "Record payloads". */
public final class RecordType {
    /** A memory was put: {@link PutLayout}. */
    public static final int PUT = 1;

    /** A memory was deleted: {@link DeleteLayout}. */
    public static final int DELETE = 2;

    /** The living got new ordinals: {@link CompactLayout}. */
    public static final int COMPACT = 3;

    private RecordType() {}
}
