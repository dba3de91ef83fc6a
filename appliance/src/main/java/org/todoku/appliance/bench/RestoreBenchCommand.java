package org.todoku.appliance.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
    @Option(names = "--json", description = "One JSON object instead of a table.")
    private boolean json;

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

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description = "Where to work; on the disk to be measured. Default: the temporary one.")
    private @Nullable Path folder;

    @Spec private CommandSpec spec;

    private final BenchedService service;

    public RestoreBenchCommand(BenchedService service) {
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
            var speed = new RestoreSpeed(scratch, service);
            Figure.print(
                    spec.commandLine().getOut(),
                    machine,
                    speed.run(members, (long) logMib << 20),
                    json);
        } finally {
            CommitBenchCommand.delete(scratch);
        }
        return 0;
    }
}
