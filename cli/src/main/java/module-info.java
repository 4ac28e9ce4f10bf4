// SPDX-License-Identifier: Apache-2.0

/**
 * The command line {@code simonides}: create, import, search, recall, info, verify, backup, wal, repair, and the
 * demonstration.
 *
 * <p>Imported by nobody. picocli fills the fields of the commands by reflection, hence the two {@code opens}.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.cli {
    requires com.fasterxml.jackson.core;
    requires static com.google.errorprone.annotations;
    requires dev.simonides.bench;
    requires dev.simonides.core;
    requires info.picocli;
    requires java.logging;
    requires java.management;
    requires me.tongfei.progressbar;
    requires static org.jspecify;

    opens dev.simonides.cli to
            info.picocli;
    opens dev.simonides.cli.demo to
            info.picocli;
}
