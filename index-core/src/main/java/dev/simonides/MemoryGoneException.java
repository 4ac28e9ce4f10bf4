// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import java.io.Serial;

/** What a hit is asked for is not there any more: its memory was deleted or replaced, and then the store was compacted. */
public final class MemoryGoneException extends IllegalStateException {
    @Serial
    private static final long serialVersionUID = 1;

    /**
     * A memory that is gone.
     *
     * @param message what happened
     */
    public MemoryGoneException(String message) {
        super(message);
    }
}
