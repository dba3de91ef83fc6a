package org.todoku.appliance;

import java.util.Map;
import java.util.concurrent.Callable;
import org.todoku.appliance.bench.BenchCommand;
import org.todoku.appliance.bench.MailBenchCommand;
import org.todoku.appliance.bench.RestoreBenchCommand;
import org.todoku.appliance.kernel.FaultException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line {@code todoku}. Exit statuses: 0 done, 1 failed, 2 wrong usage or configuration,
 * 3 refused for safety. What goes wrong is one line on standard error with a hint; the stack trace
 * comes with {@code TODOKU_DEBUG=1}.
 */
@Command(
        name = "todoku",
        description = "A self-hosted mail contact network that survives the death of its server.",
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            SetupCommand.class,
            CheckConfigCommand.class,
            DkimKeyCommand.class,
            BenchCommand.class
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
        Logging.start();
        System.exit(commandLine(System.getenv()).execute(args));
    }

    static CommandLine commandLine(Map<String, String> environment) {
        boolean debug = environment.containsKey("TODOKU_DEBUG");
        CommandLine commandLine = new CommandLine(new Main());
        commandLine
                .getSubcommands()
                .get("bench")
                .addSubcommand(new MailBenchCommand(new RealService()))
                .addSubcommand(new RestoreBenchCommand(new RealService()));
        commandLine.setExecutionExceptionHandler(
                (thrown, command, parsed) -> failed(thrown, command, debug));
        commandLine.setParameterExceptionHandler((thrown, args) -> misused(thrown));
        return commandLine;
    }

    @Override
    public Integer call() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int misused(ParameterException thrown) {
        CommandLine command = thrown.getCommandLine();
        command.getErr()
                .println(
                        "todoku: %s. Hint: %s --help"
                                .formatted(
                                        oneLine(thrown.getMessage()),
                                        command.getCommandSpec().qualifiedName()));
        return WRONG_USAGE;
    }

    private static int failed(Exception thrown, CommandLine command, boolean debug) {
        if (debug) {
            thrown.printStackTrace(command.getErr());
        }
        return switch (thrown) {
            case FaultException e -> said(command, e.getMessage(), e.fault().exitStatus());
            case ConfigProblem e -> said(command, e.getMessage(), WRONG_USAGE);
            default ->
                    said(
                            command,
                            "a fault of the program: "
                                    + thrown
                                    + ". Hint: TODOKU_DEBUG=1 shows where; please report it",
                            FAILED);
        };
    }

    private static int said(
            CommandLine command, @org.jspecify.annotations.Nullable String text, int status) {
        command.getErr().println("todoku: " + oneLine(String.valueOf(text)));
        return status;
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\\R\\s*", " ");
    }

    /** Says the version. */
    static final class VersionLine implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"todoku " + Version.TEXT};
        }
    }
}
