// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.util.regex.Pattern;

/** The rule for file names of a {@link StorageDirectory}. */
final class StorageNames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}");

    private StorageNames() {}

    /** The name itself, if it is one: no separators, no leading dot, 1..128 characters. */
    static String check(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a file name of a store: name=" + name);
        }
        return name;
    }
}
