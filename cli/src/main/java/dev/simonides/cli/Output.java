// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * What every command says and how: results on stdout, as text or as JSON; progress on stderr.
 *
 * <p>Confined to one command.
 */
public final class Output {
    @Option(names = "--json", description = "Print one JSON object a line on stdout, and nothing else.")
    private boolean json;

    @Option(names = "--debug", description = "Print the stack trace of an error.")
    private boolean debug;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    @SuppressWarnings("UnusedVariable") // picocli reads it
    private boolean help;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec command;

    /**
     * Whether stack traces are wanted.
     *
     * @return true under {@code --debug}
     */
    public boolean debug() {
        return debug;
    }

    /**
     * Prints a line for people; silent under {@code --json}. What steers a terminal is replaced in the values.
     *
     * @param format as for {@link String#format}
     * @param values the values
     */
    @FormatMethod
    public void say(String format, Object... values) {
        if (!json) {
            Object[] printable = Arrays.stream(values)
                    .map(value ->
                            value instanceof String || value instanceof Path ? Printable.of(value.toString()) : value)
                    .toArray();
            out().println(String.format(Locale.ROOT, format, printable));
            out().flush();
        }
    }

    /**
     * Prints an object for programs; silent without {@code --json}.
     *
     * @param row the object
     */
    public void row(JsonRow row) {
        json(row.toString());
    }

    /**
     * Prints an object for programs; silent without {@code --json}.
     *
     * @param object one JSON object on one line
     */
    public void json(String object) {
        if (json) {
            out().println(object);
            out().flush();
        }
    }

    /**
     * Bars for long work.
     *
     * @return a listener that draws on stderr until it is closed
     */
    public ProgressBars bars() {
        return ProgressBars.on(command.commandLine().getErr());
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }
}
