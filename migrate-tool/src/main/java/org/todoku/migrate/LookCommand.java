package org.todoku.migrate;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where people come to by the service's names. */
@Command(
        name = "look",
        description =
                "Looks from here where the service's names lead, and who answers there: the writer,"
                        + " or still an older host.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class LookCommand implements Callable<Integer> {
    private static final int NOT_YET = 1;

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private OutsideOptions outside;
    @Mixin private Output output;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "0",
            description = "looks again until all lead there, or nobody remembers the old place")
    private int wait;

    @Override
    public Integer call() {
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Looking.Place place = place(archive);
            Looking.Found found =
                    new Looking(archive, place, outside, output, Optional.empty())
                            .await(Duration.ofSeconds(wait));
            String text =
                    found.there()
                            ? "all ways lead to the writer of epoch " + found.epoch()
                            : "NOT YET: not all ways lead to the writer of epoch " + found.epoch();
            output.result(
                    Map.of(
                            "there", found.there(),
                            "epoch", found.epoch(),
                            "seen", found.lines()),
                    text);
            return found.there() ? 0 : NOT_YET;
        }
    }

    private Looking.Place place(Archive archive) {
        String url = archive.newestEpoch().map(Epoch::url).orElse("");
        if (url.isEmpty()) {
            throw Refusal.failed(
                    "the archive does not say where the service is",
                    "set http.public-url, and start the server once");
        }
        List<String> names =
                config.file().map(f -> ArchiveOptions.config(f).dns().names()).orElse(List.of());
        return Looking.Place.of(URI.create(url), names);
    }
}
