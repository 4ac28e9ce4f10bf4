// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was measured, gathered while it is measured and printed at the end.
 *
 * <p>Confined to one thread.
 */
final class Table {
    private final List<Line> lines = new ArrayList<>();

    private record Line(String name, String value) {}

    @FormatMethod
    void line(String name, @FormatString String format, Object... values) {
        lines.add(new Line(name, String.format(Locale.ROOT, format, values)));
    }

    List<String> text() {
        int width = lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
        return lines.stream()
                .map(line -> String.format(Locale.ROOT, "   %-" + width + "s  %s", line.name(), line.value()))
                .toList();
    }
}
