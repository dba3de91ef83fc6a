package org.todoku.appliance.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    @Mixin private BenchOptions options;

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

    @Spec private CommandSpec spec;

    private final BenchedService service;

    public MailBenchCommand(BenchedService service) {
        this.service = service;
    }

    @Override
    public Integer call() throws Exception {
        options.print(
                spec.commandLine().getOut(),
                scratch -> new MailSpeed(scratch, service).run(mails, connections));
        return 0;
    }
}
