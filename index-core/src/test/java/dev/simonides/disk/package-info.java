// SPDX-License-Identifier: Apache-2.0
/**
 * Real disks that fail: full ones, ones whose power is cut, ones that may only be read, ones that cannot write back.
 *
 * <p><b>Read first:</b> {@link World}, then {@link PowerCutTest}. A test starts a process in a mount namespace of its own;
 * everything in it is a file on a tmpfs of its own and is gone with the process, however that ends.
 *
 * <p><b>May import:</b> everything.
 *
 * <p><b>Threads:</b> one test, one process.
 */
package dev.simonides.disk;
