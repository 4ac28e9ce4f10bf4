// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.data;

import java.nio.file.Path;
import java.util.Locale;

/** What the name of a file says about its content. */
final class FileNames {

    private static final String GZIP_SUFFIX = ".gz";

    private FileNames() {}

    static boolean compressed(Path file) {
        return lowerCase(file).endsWith(GZIP_SUFFIX);
    }

    /** The last suffix of the name but for {@code .gz}, lower case, without the dot; empty if there is none. */
    static String suffix(Path file) {
        String name = lowerCase(file);
        String plain = compressed(file) ? name.substring(0, name.length() - GZIP_SUFFIX.length()) : name;
        int dot = plain.lastIndexOf('.');
        return dot < 0 ? "" : plain.substring(dot + 1);
    }

    private static String lowerCase(Path file) {
        Path name = file.getFileName();
        return name == null ? "" : name.toString().toLowerCase(Locale.ROOT);
    }
}
