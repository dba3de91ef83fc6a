package org.todoku.appliance;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what a configuration comes to, defaults and environment included. */
@Command(
        name = "check-config",
        description = "Prints the effective configuration, passwords as ***.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class CheckConfigCommand implements Callable<Integer> {
    @Option(names = "--config", required = true, paramLabel = "FILE")
    private Path config;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print(ConfigPrinter.yaml(ConfigReader.read(Optional.of(config), System.getenv())));
        out.flush();
        return 0;
    }
}
