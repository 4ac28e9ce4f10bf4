// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** What the engine logs, on the command line: warnings and worse, one line each on stderr. */
public final class Logging {
    // A logger that nobody holds is collected, and its level with it.
    private static final Logger ENGINE = Logger.getLogger("dev.simonides");
    private static final String FORMAT_PROPERTY = "java.util.logging.SimpleFormatter.format";

    private Logging() {}

    /** Leaves out what is not worth a line; what opening a store found is told by {@code simonides info}. */
    public static void quiet() {
        if (System.getProperty(FORMAT_PROPERTY) == null) {
            System.setProperty(FORMAT_PROPERTY, "simonides: %4$s: %5$s%n");
        }
        ENGINE.setLevel(Level.WARNING);
    }
}
