// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Keeps what a class logs as a warning, and keeps it from the console. */
final class LoggedWarnings implements AutoCloseable {
    private final Logger logger;
    private final List<String> texts = new CopyOnWriteArrayList<>();

    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            if (entry.getLevel().equals(Level.WARNING)) {
                texts.add(entry.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    private LoggedWarnings(Logger logger) {
        this.logger = logger;
    }

    static LoggedWarnings of(Class<?> type) {
        LoggedWarnings warnings = new LoggedWarnings(Logger.getLogger(type.getName()));
        warnings.logger.setUseParentHandlers(false);
        warnings.logger.addHandler(warnings.handler);
        return warnings;
    }

    List<String> texts() {
        return texts;
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }
}
