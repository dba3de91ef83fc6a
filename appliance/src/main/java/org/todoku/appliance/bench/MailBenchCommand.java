package org.todoku.appliance.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code todoku bench mail}: how many signed mails a second leave this machine. */
@Command(
        name = "mail",
        description =
                "Signed, individually addressed mails a second to Postfix's smtp-sink, with the"
                        + " ledger and its archive; beside smtp-source and a plain loop.",
        mixinStandardHelpOptions = true)
public final class MailBenchCommand implements Callable<Integer> {
    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

    @Option(
            names = "--mails",
            paramLabel = "N",
            defaultValue = "10000",
            description = "How many recipients (default: ${DEFAULT-VALUE}).")
    private int mails;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "8",
            description = "SMTP connections at once (default: ${DEFAULT-VALUE}).")
    private int connections;

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where to work; on the disk to be measured. Default: the temporary one.")
    private @Nullable Path folder;

    @Spec private CommandSpec spec;

    private final BenchedService service;

    public MailBenchCommand(BenchedService service) {
        this.service = service;
    }

    @Override
    public Integer call() throws Exception {
        Path scratch =
                folder == null
                        ? Files.createTempDirectory("todoku-bench")
                        : Files.createTempDirectory(folder, "todoku-bench");
        try {
            Machine machine = Machine.look(scratch);
            var figures = new MailSpeed(scratch, service).run(mails, connections);
            Figure.print(spec.commandLine().getOut(), machine, figures, json);
        } finally {
            CommitBenchCommand.delete(scratch);
        }
        return 0;
    }
}
