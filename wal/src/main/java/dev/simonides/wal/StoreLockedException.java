// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

/**
 * The store is open elsewhere: in another process, or a second time in this one. Nothing was touched.
 */
public final class StoreLockedException extends StorageException {
    private static final long serialVersionUID = 1L;

    private final String holder;

    /**
     * The refusal of a second opening.
     *
     * @param file the lock file
     * @param message what went wrong
     * @param holder who holds it, as the lock file says: process id and host
     */
    public StoreLockedException(String file, String message, String holder) {
        super(file, NO_OFFSET, message + ": " + holder, null);
        this.holder = holder;
    }

    /**
     * Who holds the lock.
     *
     * @return process id and host in readable form
     */
    public String holder() {
        return holder;
    }
}
