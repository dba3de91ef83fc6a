package org.todoku.appliance.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code todoku bench restore}: how long it takes until a service is back from its archive alone,
 * beside what the disk and the decompression of this machine can do.
 */
@Command(
        name = "restore",
        description = "From an archive in a folder back to a service that answers.",
        mixinStandardHelpOptions = true)
public final class RestoreBenchCommand implements Callable<Integer> {
    @Mixin private BenchOptions options;

    @Option(
            names = "--members",
            paramLabel = "N",
            defaultValue = "300000",
            description = "How many members it has (default: ${DEFAULT-VALUE}).")
    private int members;

    @Option(
            names = "--log-mib",
            paramLabel = "N",
            defaultValue = "100",
            description = "Log behind the base in the second part (default: ${DEFAULT-VALUE}).")
    private int logMib;

    @Spec private CommandSpec spec;

    private final BenchedService service;

    public RestoreBenchCommand(BenchedService service) {
        this.service = service;
    }

    @Override
    public Integer call() throws Exception {
        options.print(
                spec.commandLine().getOut(),
                scratch -> new RestoreSpeed(scratch, service).run(members, (long) logMib << 20));
        return 0;
    }
}
