package org.todoku.appliance.bench;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Groups the benches. */
@Command(
        name = "bench",
        description = "Measures this machine against what the product promises.",
        subcommands = {CommitBenchCommand.class},
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "BENCH")
public final class BenchCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(), "which bench? There are: commit, mail, restore");
    }
}
