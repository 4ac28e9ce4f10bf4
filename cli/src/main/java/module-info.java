// SPDX-License-Identifier: Apache-2.0

/**
 * The command line {@code simonides}: create, import, search, recall, info, verify, and the demonstration.
 *
 * <p>Imported by nobody.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.cli {
    requires com.fasterxml.jackson.core;
    requires dev.simonides.bench;
    requires dev.simonides.core;
    requires info.picocli;
    requires me.tongfei.progressbar;
    requires static org.jspecify;
}
