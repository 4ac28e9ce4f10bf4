// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {
    @TempDir
    private Path temporary;

    private Path store;

    @BeforeEach
    void createStore() {
        store = temporary.resolve("store");
        FileSystemDirectory.create(store).close();
    }

    @Test
    void refusesASecondOpeningInThisProcess() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), store);
        try (FileSystemDirectory first = FileSystemDirectory.open(store);
                FileSystemDirectory second = FileSystemDirectory.open(link);
                StorageLock lock = first.lock("LOCK")) {
            StoreLockedException refusal = assertThrows(StoreLockedException.class, () -> second.lock("LOCK"));
            assertTrue(
                    refusal.holder().contains("pid=" + ProcessHandle.current().pid()), refusal::holder);
            assertTrue(byTheRegistry(refusal), refusal::getMessage);

            // The refusal must not have opened and closed the file: that would have given up the lock.
            assertEquals("LOCKED", inAnotherProcess());
            lock.ensureValid();
        }
    }

    @Test
    void aLookAtTheLockLeavesItHeld() throws Exception {
        try (FileSystemDirectory first = FileSystemDirectory.open(store);
                FileSystemDirectory second = FileSystemDirectory.open(store)) {
            assertFalse(first.locked("LOCK"));
            assertEquals(List.of(), first.list(), "and makes no file");
            try (StorageLock lock = first.lock("LOCK")) {
                assertTrue(second.locked("LOCK"));
                assertTrue(first.locked("LOCK"));

                assertEquals("LOCKED", inAnotherProcess());
                lock.ensureValid();
            }
            assertFalse(second.locked("LOCK"));
            first.lock("LOCK").close();
        }
    }

    @Test
    void refusesTheSameDirectoryUnderAnotherName() throws Exception {
        try (FileSystemDirectory first = FileSystemDirectory.open(store);
                StorageLock lock = first.lock("LOCK")) {
            Path moved = Files.move(store, temporary.resolve("moved"));
            try (FileSystemDirectory second = FileSystemDirectory.open(moved)) {
                StoreLockedException refusal = assertThrows(StoreLockedException.class, () -> second.lock("LOCK"));
                assertTrue(byTheRegistry(refusal), refusal::getMessage);
            }
            assertThrows(StoreFailedException.class, lock::ensureValid, "and the first notices that it was moved");
        }
    }

    @Test
    void refusesASecondCopyOfThisCode() throws Exception {
        URL classes =
                FileSystemDirectory.class.getProtectionDomain().getCodeSource().getLocation();
        try (FileSystemDirectory directory = FileSystemDirectory.open(store);
                StorageLock lock = directory.lock("LOCK");
                URLClassLoader loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            Class<?> copy = loader.loadClass(FileSystemDirectory.class.getName());
            assertNotSame(FileSystemDirectory.class, copy);
            Object second = copy.getMethod("open", Path.class).invoke(null, store);

            InvocationTargetException refusal = assertThrows(
                    InvocationTargetException.class,
                    () -> copy.getMethod("lock", String.class).invoke(second, "LOCK"));
            assertTrue(byTheRegistry(refusal.getTargetException()), () -> "" + refusal.getTargetException());
            lock.ensureValid();
        }
    }

    @Test
    void refusesASecondProcess() throws Exception {
        try (Child child = new Child("hold", store);
                FileSystemDirectory directory = FileSystemDirectory.open(store)) {
            assertEquals("HELD", child.line());

            StoreLockedException refusal = assertThrows(StoreLockedException.class, () -> directory.lock("LOCK"));
            assertTrue(refusal.holder().contains("pid=" + child.process.pid()), refusal::holder);
            assertTrue(refusal.holder().contains("host="), refusal::holder);

            child.kill();
            directory.lock("LOCK").close();
        }
    }

    @Test
    void isFreeAgainAfterClose() throws Exception {
        try (FileSystemDirectory directory = FileSystemDirectory.open(store)) {
            StorageLock lock = directory.lock("LOCK");
            assertEquals("LOCKED", inAnotherProcess());
            lock.close();
            lock.close();

            assertEquals("HELD", inAnotherProcess());
            directory.lock("LOCK").close();
            assertTrue(directory.exists("LOCK"), "the lock file is never deleted");
        }
    }

    @Test
    void noticesThatItsFileWasReplacedOrTakenOver() throws Exception {
        Path file = store.resolve("LOCK");
        try (FileSystemDirectory directory = FileSystemDirectory.open(store);
                StorageLock lock = directory.lock("LOCK")) {
            lock.ensureValid();

            String signed = Files.readString(file);
            Files.writeString(file, "pid=1, host=elsewhere");
            assertThrows(StoreFailedException.class, lock::ensureValid);

            Files.move(file, store.resolve("OLD"));
            Files.writeString(file, signed);
            assertThrows(StoreFailedException.class, lock::ensureValid);

            Files.delete(file);
            assertThrows(StoreFailedException.class, lock::ensureValid);
        }
    }

    @Test
    void leavesTheNameOfWhoTookItOver() throws Exception {
        Path file = store.resolve("LOCK");
        try (FileSystemDirectory directory = FileSystemDirectory.open(store);
                StorageLock lock = directory.lock("LOCK")) {
            Files.writeString(file, "pid=1, host=elsewhere");
            assertThrows(StoreFailedException.class, lock::ensureValid);
        }
        assertEquals("pid=1, host=elsewhere", Files.readString(file));
    }

    @Test
    void makesAHostileHolderHarmless() throws Exception {
        try (Child child = new Child("hold", store);
                FileSystemDirectory directory = FileSystemDirectory.open(store)) {
            assertEquals("HELD", child.line());
            Files.writeString(store.resolve("LOCK"), "\u001b[2J\n" + "x".repeat(10_000));

            StoreLockedException refusal = assertThrows(StoreLockedException.class, () -> directory.lock("LOCK"));
            assertTrue(refusal.holder().length() <= 256, refusal::holder);
            assertTrue(refusal.holder().startsWith("?[2J?xxx"), refusal::holder);
        }
    }

    /** Whether the lock file was not touched: the registry answered. */
    private static boolean byTheRegistry(Throwable refusal) {
        return String.valueOf(refusal.getMessage()).contains("already open in this process");
    }

    private String inAnotherProcess() throws Exception {
        try (Child child = new Child("try", store)) {
            return child.line();
        }
    }

    /** The other process: takes the lock, says so, and holds it until its input ends. */
    public static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (FileSystemDirectory directory = FileSystemDirectory.open(Path.of(arguments[1]));
                    StorageLock lock = directory.lock("LOCK")) {
                lock.ensureValid();
                System.out.println("HELD");
                if (arguments[0].equals("hold")) {
                    System.in.read();
                }
            } catch (StoreLockedException e) {
                System.out.println("LOCKED");
            }
        }
    }

    private static final class Child implements AutoCloseable {
        private final Process process;
        private final BufferedReader output;

        Child(String mode, Path store) throws IOException {
            process = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-Xshare:auto",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Holder.class.getName(),
                            mode,
                            store.toString()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader(StandardCharsets.US_ASCII);
        }

        String line() throws IOException {
            return String.valueOf(output.readLine());
        }

        void kill() {
            process.destroyForcibly().onExit().join();
        }

        @Override
        public void close() {
            kill();
        }
    }
}
