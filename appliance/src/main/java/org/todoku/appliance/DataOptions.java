package org.todoku.appliance;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that work on a data directory. */
final class DataOptions {
    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "The directory that holds everything; made if it is missing.")
    private Path data;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; DIR/todoku.yaml if that is there.")
    private @Nullable Path config;

    Path data() {
        return data;
    }

    /** The effective configuration. */
    ApplianceConfig read() {
        return ConfigReader.read(configFile(), System.getenv());
    }

    /** The configuration file, if one is named or lies in the directory. */
    Optional<Path> configFile() {
        Path standard = DataDirectory.configIn(data);
        return Optional.ofNullable(config)
                .or(() -> Optional.of(standard).filter(Files::isRegularFile));
    }

    /** The appliance that these options name, opened. */
    Appliance open() {
        return Appliance.open(
                read(),
                data,
                (config, directory, gate) -> Storage.open(config, directory, gate, configFile()),
                pages -> List.of());
    }
}
