// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FileSystemErrorsTest {
    private static final Path PATH = Path.of("store", "wal-0000000001");

    @Test
    void tellsFailuresOfTheMediumApart() {
        assertTranslated(StoreFullException.class, new IOException("No space left on device"));
        assertTranslated(StoreFullException.class, new IOException("Disk quota exceeded"));
        assertTranslated(StoreReadOnlyException.class, new FileSystemException("f", null, "Read-only file system"));
        assertTranslated(StoreReadOnlyException.class, new AccessDeniedException("f"));
        assertTranslated(StorageIoException.class, new IOException("Input/output error"));
        assertTranslated(StorageIoException.class, new FileSystemException("f", null, "Too many open files"));
        assertTranslated(StorageIoException.class, new NoSuchFileException("f"));
    }

    private static void assertTranslated(Class<? extends StorageException> type, IOException cause) {
        StorageException translated = FileSystemErrors.translate(cause, "write", PATH, 17);
        assertInstanceOf(type, translated);
        assertSame(cause, translated.getCause());
        assertEquals(PATH.toString(), translated.file());
        assertEquals(17, translated.offset());
    }
}
