package org.todoku.migrate;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.todoku.appliance.ConfigProblem;
import org.todoku.appliance.Version;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.fault.BackupException;
import org.todoku.migrate.runbook.RunbookException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line {@code todoku-migrate}. Exit statuses: 0 done, 1 failed, 2 wrong usage or
 * configuration, 3 refused for safety. What goes wrong is one line on standard error with a hint.
 */
@Command(
        name = "todoku-migrate",
        description = "Backup, restore and moves of a Todoku service.",
        subcommands = {
            StatusCommand.class,
            LookCommand.class,
            BackupCommand.class,
            VerifyCommand.class,
            ExpireCommand.class,
            ListCommand.class,
            RestoreCommand.class,
            TakeoverCommand.class,
            DrillCommand.class,
            SalvageCommand.class,
            StandbyCommand.class,
            MoveCommand.class,
            NotifyCommand.class,
            ReportCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            KitCommand.class,
            ProbeCommand.class
        },
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    @Spec private CommandSpec spec;

    Main() {}

    /** Runs a command and exits with its status. */
    public static void main(String[] args) {
        Quiet.libraries();
        System.exit(commandLine(System.getenv()).execute(args));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        boolean debug = environment.containsKey("TODOKU_DEBUG");
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler(
                (thrown, command, parsed) -> failed(thrown, command, debug));
        line.setParameterExceptionHandler((thrown, args) -> misused(thrown));
        return line;
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int misused(ParameterException thrown) {
        CommandLine command = thrown.getCommandLine();
        say(
                command,
                thrown.getMessage()
                        + ". Hint: "
                        + command.getCommandSpec().qualifiedName()
                        + " --help");
        return WRONG_USAGE;
    }

    private static int failed(Exception thrown, CommandLine command, boolean debug) {
        if (debug) {
            thrown.printStackTrace(command.getErr());
        }
        if (thrown instanceof BackupException e) {
            say(command, String.valueOf(e.getMessage()));
            return e.fault().exitStatus();
        }
        if (thrown instanceof FaultException e) {
            say(command, String.valueOf(e.getMessage()));
            return e.fault().exitStatus();
        }
        if (thrown instanceof ConfigProblem e) {
            say(command, String.valueOf(e.getMessage()));
            return WRONG_USAGE;
        }
        if (thrown instanceof RunbookException e) {
            say(command, String.valueOf(e.getMessage()));
            return e.exitStatus();
        }
        if (thrown instanceof Refusal e) {
            say(command, String.valueOf(e.getMessage()));
            return e.exitStatus();
        }
        say(
                command,
                "a fault of the program: "
                        + thrown
                        + ". Hint: TODOKU_DEBUG=1 shows where; please report it");
        return FAILED;
    }

    private static void say(CommandLine command, String text) {
        PrintWriter err = command.getErr();
        err.println("todoku-migrate: " + text.replaceAll("\\s*\\R\\s*", " "));
        err.flush();
    }

    /** Says the version. */
    static final class VersionLine implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"todoku-migrate " + Version.TEXT};
        }
    }
}
