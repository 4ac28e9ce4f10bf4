// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Turns what the JDK reports into what a store reports. */
final class FileSystemErrors {
    private FileSystemErrors() {}

    /**
     * The typed failure of one operation.
     *
     * <p>The JDK hands on the error number only as text. The text is compared with the C library's English; where
     * that is translated, a device without usable space still counts as full.
     *
     * @param e what the JDK threw
     * @param operation what was tried, a verb
     * @param path the file or directory
     * @param offset bytes from the file's start, or {@link StorageException#NO_OFFSET}
     */
    static StorageException translate(IOException e, String operation, Path path, long offset) {
        String file = path.toString();
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("No space left") || reason.contains("quota exceeded")) {
            return new StoreFullException(file, offset, operation + ": no space left", e);
        }
        if (reason.contains("Read-only file system") || e instanceof AccessDeniedException) {
            return new StoreReadOnlyException(file, offset, operation + ": not permitted", e);
        }
        if (e instanceof NoSuchFileException) {
            return new StorageIoException(file, offset, operation + ": no such file or directory", e);
        }
        if (e instanceof FileAlreadyExistsException) {
            return new StorageIoException(file, offset, operation + ": already exists", e);
        }
        if (e instanceof ClosedByInterruptException) {
            return new StorageIoException(
                    file, offset, operation + ": the thread was interrupted, which closed the file", e);
        }
        if (operation.startsWith("write") && deviceIsFull(path)) {
            return new StoreFullException(file, offset, operation + ": no space left", e);
        }
        return new StorageIoException(file, offset, operation + " failed: " + reason, e);
    }

    private static boolean deviceIsFull(Path path) {
        try {
            return Files.getFileStore(path).getUsableSpace() == 0;
        } catch (IOException e) {
            // The question was asked to explain another failure, which is the one to report.
            return false;
        }
    }
}
