// SPDX-License-Identifier: Apache-2.0

/**
 * The only door to files, the write-ahead log behind it, and the simulated and faulty media that test both.
 *
 * <p>Knows bytes, not vectors. Every failure of the medium is one of the sealed storage exceptions declared here.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.wal {
    requires static org.jspecify;
}
