package org.todoku.migrate;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.ship.Retention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Deletes what no kept moment needs, from a place and with credentials of its own: so the server's
 * credentials need not be able to delete anything.
 */
@Command(
        name = "expire",
        description = "Deletes from the archive what no moment of the kept time needs.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ExpireCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--keep-days",
            paramLabel = "N",
            description =
                    "how far back every moment stays; archive.keep of the configuration, or 14")
    private @Nullable Integer keepDays;

    @Override
    public Integer call() {
        Duration keep = keep();
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            output.begin("expire", "keeping every moment of " + keep.toDays() + " days");
            Retention.Outcome outcome = new Retention(archive, keep, InstantSource.system()).run();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("deleted", outcome.objects());
            facts.put("oldest", outcome.oldest().orElse(""));
            facts.put("held", outcome.held().orElse(""));
            output.result(
                    facts,
                    "deleted %,d objects%s%s"
                            .formatted(
                                    outcome.objects(),
                                    outcome.oldest()
                                            .map(
                                                    base ->
                                                            "; everything from base "
                                                                    + base
                                                                    + " on stays")
                                            .orElse(""),
                                    outcome.held().map(why -> "; held back: " + why).orElse("")));
            return 0;
        }
    }

    private Duration keep() {
        if (keepDays != null) {
            if (keepDays < 1) {
                throw Refusal.usage(
                        "--keep-days " + keepDays + " is less than a day", "give 1 or more");
            }
            return Duration.ofDays(keepDays);
        }
        return config.file()
                .map(file -> ArchiveOptions.config(file).archive().keep())
                .orElseGet(() -> ApplianceConfig.defaults().archive().keep());
    }
}
