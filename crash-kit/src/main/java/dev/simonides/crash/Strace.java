// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The system call tracer of Linux, where it is installed and allowed. */
final class Strace {
    private static final int SECONDS_MAX = 10;

    private Strace() {}

    /** Whether a process can be traced. */
    static boolean available() {
        return Found.AVAILABLE;
    }

    /** What starts a command so that it is killed before a system call; with --seccomp-bpf strace 6.1 injects no signal. */
    static List<String> killing(Kill.AtSystemCall kill) {
        return List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                "trace=" + kill.call(),
                "-e",
                "inject=" + kill.call() + ":signal=KILL:when=" + kill.first());
    }

    /** Tried once. */
    private static final class Found {
        static final boolean AVAILABLE = tries();

        private static boolean tries() {
            try {
                Process process = new ProcessBuilder(
                                "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "true")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
                boolean ended = process.waitFor(SECONDS_MAX, TimeUnit.SECONDS);
                process.destroyForcibly();
                return ended && process.exitValue() == 0;
            } catch (IOException e) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
