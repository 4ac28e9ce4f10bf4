// SPDX-License-Identifier: Apache-2.0

/**
 * Crash tests for programs that embed Simonides: they are killed, their power is cut, their disk fails, and what they find
 * afterwards is compared with what had been acknowledged.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.crash {
    requires transitive dev.simonides.core;
    requires transitive dev.simonides.wal;
    requires static org.jspecify;

    exports dev.simonides.crash;
}
