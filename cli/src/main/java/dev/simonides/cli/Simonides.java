// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import dev.simonides.bench.data.VectorFileException;
import dev.simonides.cli.demo.DemoCommand;
import dev.simonides.wal.BudgetExceededException;
import dev.simonides.wal.NotAStoreException;
import dev.simonides.wal.StorageException;
import dev.simonides.wal.StoreLockedException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** {@code simonides}: the entry point of the command line. */
@Command(
        name = "simonides",
        description = "An embedded vector memory index: one directory is one store.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            CreateCommand.class,
            ImportCommand.class,
            SearchCommand.class,
            RecallCommand.class,
            ScanCommand.class,
            ExportCommand.class,
            InfoCommand.class,
            CheckpointCommand.class,
            CompactCommand.class,
            VerifyCommand.class,
            BackupCommand.class,
            WalCommand.class,
            RepairCommand.class
        },
        footer = "%nsimonides COMMAND --help tells the options of a command.")
public final class Simonides {
    private Simonides() {}

    /**
     * Runs a command and ends the process.
     *
     * @param arguments the command and its arguments
     */
    public static void main(String[] arguments) {
        System.exit(run(writer(FileDescriptor.out), writer(FileDescriptor.err), arguments));
    }

    /**
     * UTF-8 whatever the locale: JSON is, and so are the texts. Not through System.out, which keeps write errors to
     * itself.
     */
    private static PrintWriter writer(FileDescriptor descriptor) {
        OutputStream stream = new BufferedOutputStream(new FileOutputStream(descriptor));
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }

    /**
     * Runs a command inside this process.
     *
     * @param out takes the results
     * @param err takes progress and errors
     * @param arguments the command and its arguments
     * @return one of {@link ExitCode}
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Logging.quiet();
        CommandLine commandLine = new CommandLine(new Simonides());
        Arguments.register(commandLine);
        commandLine.setOut(out);
        commandLine.setErr(err);
        commandLine.setParameterExceptionHandler(Simonides::misused);
        commandLine.setExecutionExceptionHandler(Simonides::failed);
        try {
            return written(commandLine.execute(arguments), out, err);
        } catch (OutOfMemoryError e) {
            err.println("simonides: out of memory (" + e.getMessage() + "); give the JVM more, for example"
                    + " SIMONIDES_JAVA_OPTS=-XX:MaxRAMPercentage=75");
            return ExitCode.FAILED;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Results that did not arrive are a failure, whatever the command did. */
    private static int written(int exitCode, PrintWriter out, PrintWriter err) {
        if (out.checkError() && exitCode == ExitCode.DONE) {
            err.println("simonides: stdout: writing failed, the output is not complete; is the disk full, or the reader"
                    + " gone?");
            return ExitCode.FAILED;
        }
        return exitCode;
    }

    private static int misused(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + oneLine(finding(e)) + "; see " + name + " --help");
        return ExitCode.USAGE;
    }

    private static String finding(ParameterException e) {
        return String.valueOf(e.getMessage()).replaceFirst("^Error: ", "");
    }

    private static int failed(Exception e, CommandLine command, CommandLine.ParseResult arguments) {
        command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + oneLine(explain(e)));
        if (command.getParseResult().hasMatchedOption("--debug")) {
            e.printStackTrace(command.getErr());
        }
        return exitCode(e);
    }

    private static String explain(Exception e) {
        String message = e.getMessage();
        return switch (e) {
            case Refusal _, VectorFileException _, StorageException _, IllegalArgumentException _
            when message != null -> message;
            default -> "unexpected: " + e + "; --debug shows where";
        };
    }

    private static int exitCode(Exception e) {
        return switch (e) {
            case Refusal refusal -> refusal.exitCode();
            case StoreLockedException _ -> ExitCode.LOCKED;
            case NotAStoreException _, BudgetExceededException _ -> ExitCode.USAGE;
            case VectorFileException _, IllegalArgumentException _ -> ExitCode.USAGE;
            default -> ExitCode.FAILED;
        };
    }

    private static String oneLine(String text) {
        return Printable.of(text.strip().replaceAll("\\s*\\R\\s*", " "));
    }
}
