package org.todoku.migrate;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option {@code --config}. */
final class ConfigOption {
    @Option(names = "--config", paramLabel = "FILE", description = "a todoku.yaml")
    private @Nullable Path config;

    Optional<Path> file() {
        return Optional.ofNullable(config);
    }
}
