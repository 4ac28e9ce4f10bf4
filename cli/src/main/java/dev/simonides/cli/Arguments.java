// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.wal.Durability;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How the words of the command line become values, and values words. */
final class Arguments {
    /** What {@code --durability} takes. */
    static final String DURABILITIES = "sync-each, group, async, async:<millis>ms:<mebibytes>MiB or none";

    private Arguments() {}

    static void register(CommandLine commandLine) {
        commandLine.registerConverter(Similarity.class, text -> constant(Similarity.class, text));
        commandLine.registerConverter(OriginalFormat.class, text -> constant(OriginalFormat.class, text));
        commandLine.registerConverter(Durability.class, Arguments::durability);
    }

    /** The word for an enum constant. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> word(constant).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new TypeConversionException("'" + text + "' is none of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(Arguments::word)
                                .collect(Collectors.joining(", "))));
    }

    private static Durability durability(String text) {
        try {
            return Durability.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(String.valueOf(e.getMessage()));
        }
    }
}
