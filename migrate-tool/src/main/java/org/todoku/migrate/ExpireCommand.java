package org.todoku.migrate;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.ship.Retention;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Retention from outside, for servers whose own credentials can only add. */
@Command(
        name = "expire",
        description =
                "Deletes from the archive what no restore to a moment of the kept time needs."
                        + " The server does so itself where its credentials let it.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ExpireCommand implements Callable<Integer> {
    private static final Pattern KEEP = Pattern.compile("([1-9]\\d{0,4})([dh])");

    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--keep",
            defaultValue = "14d",
            paramLabel = "TIME",
            description = "to each moment of it a restore stays possible (default 14d)")
    private String keep;

    @Option(names = "--dry-run", description = "names the bases that would go, deletes nothing")
    private boolean dryRun;

    @Override
    public Integer call() {
        Duration kept = kept();
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Retention retention = new Retention(archive, kept, InstantSource.system());
            if (dryRun) {
                List<String> bases = retention.preview();
                output.result(
                        Map.of("bases", bases),
                        "would delete %d bases and the log before the oldest that stays: %s"
                                .formatted(bases.size(), String.join(", ", bases)));
                return 0;
            }
            output.begin("expire", "expiring what is older than " + keep);
            Retention.Outcome outcome = retention.run();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("objects", outcome.objects());
            outcome.oldest().ifPresent(base -> facts.put("oldest", base));
            outcome.held().ifPresent(why -> facts.put("held", why));
            output.result(facts, text(outcome));
            return outcome.held().isPresent() ? 1 : 0;
        }
    }

    private static String text(Retention.Outcome outcome) {
        return "deleted %,d objects%s%s"
                .formatted(
                        outcome.objects(),
                        outcome.oldest()
                                .map(base -> "; everything from base " + base + " on stays")
                                .orElse("; nothing is old enough"),
                        outcome.held().map(why -> "; stopped: " + why).orElse(""));
    }

    private Duration kept() {
        Matcher matcher = KEEP.matcher(keep);
        if (!matcher.matches()) {
            throw Refusal.usage("--keep " + keep + " is no time", "write it as 14d or 36h");
        }
        long number = Long.parseLong(matcher.group(1));
        return matcher.group(2).equals("d") ? Duration.ofDays(number) : Duration.ofHours(number);
    }
}
