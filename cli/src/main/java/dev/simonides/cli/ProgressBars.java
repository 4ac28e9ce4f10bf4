// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.ProgressListener;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress on stderr: a bar on a terminal, a line every few seconds elsewhere; nothing for what is soon done.
 *
 * <p>Any thread.
 */
public final class ProgressBars implements ProgressListener, AutoCloseable {
    /** Set by bin/simonides, which can ask the shell whether stderr is a terminal; Java cannot. */
    static final String TERMINAL_PROPERTY = "dev.simonides.cli.terminal";

    private static final int BAR_MILLIS = 200;
    private static final int LINE_MILLIS = 5_000;
    private static final long NANOS_A_MILLISECOND = 1_000_000;
    // A fixed width, so that no terminal library has to be loaded to ask for it.
    private static final int COLUMNS = 79;

    private final PrintWriter err;
    private final boolean terminal;
    private @Nullable Phase phase;
    private @Nullable ProgressBar bar;
    private long toldNanos;

    ProgressBars(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    static ProgressBars on(PrintWriter err) {
        return new ProgressBars(err, Boolean.getBoolean(TERMINAL_PROPERTY));
    }

    @Override
    public synchronized void progressed(Phase phase, long done, long total) {
        if (phase != this.phase) {
            finish();
            this.phase = phase;
            toldNanos = System.nanoTime();
        }
        if (terminal) {
            drawn(done, total);
        } else if (done != total && waited(LINE_MILLIS)) {
            String counted = String.format(Locale.ROOT, "%s: %,d", name(phase), done);
            err.println(total < 0 ? counted : counted + String.format(Locale.ROOT, " of %,d", total));
            err.flush();
            toldNanos = System.nanoTime();
        }
    }

    private void drawn(long done, long total) {
        if (bar == null && phase != null && done != total && waited(BAR_MILLIS)) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name(phase))
                    .setInitialMax(total)
                    .setUpdateIntervalMillis(BAR_MILLIS)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err, COLUMNS))
                    .build();
        }
        if (bar != null) {
            bar.maxHint(total);
            bar.stepTo(done);
        }
    }

    private boolean waited(long millis) {
        return System.nanoTime() - toldNanos > millis * NANOS_A_MILLISECOND;
    }

    private static String name(Phase phase) {
        return switch (phase) {
            case REPLAY -> "replaying the log";
            case IMPORT -> "storing";
            case LINK -> "linking";
            case VERIFY -> "verifying";
            case COMPACT -> "compacting";
            case EXPORT -> "exporting";
        };
    }

    /** Ends the bar that is drawn, if one is, so that lines can follow it. */
    public synchronized void finish() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
        phase = null;
    }

    @Override
    public void close() {
        finish();
    }
}
