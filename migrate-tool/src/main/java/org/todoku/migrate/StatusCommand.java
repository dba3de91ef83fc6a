package org.todoku.migrate;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Drills;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.Verification;
import org.todoku.migrate.watch.Alarm;
import org.todoku.migrate.watch.Alerts;
import org.todoku.migrate.watch.ArchiveSource;
import org.todoku.migrate.watch.Source;
import org.todoku.migrate.watch.Watch;
import org.todoku.migrate.watch.WatchOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Who writes to the archive, and how far it goes. */
@Command(
        name = "status",
        description = "Shows who writes to the archive, and up to when a restore is possible.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private WatchOptions watching;
    @Mixin private Output output;

    @Override
    public Integer call() throws InterruptedException {
        if (watching.isWatch()) {
            return watch();
        }
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            Chain chain = Chain.read(archive);
            List<BaseManifest> bases = archive.bases();
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("archive", archive.location());
            Optional<Epoch> writer = chain.newest();
            facts.put("epoch", writer.map(Epoch::number).orElse(0L));
            facts.put("writer", writer.map(Epoch::host).orElse(""));
            facts.put("since", writer.map(Epoch::claimed).orElse(""));
            facts.put("shippedInstant", chain.tail().map(t -> t.end().instant()).orElse(0L));
            facts.put("shippedAt", chain.tail().map(t -> shippedAt(archive, t)).orElse(""));
            facts.put("lastBase", bases.isEmpty() ? "" : bases.getLast().taken());
            facts.put("bases", bases.size());
            Optional<Verification> verified = newest(archive);
            facts.put("verified", verified.map(Verification::checked).orElse(""));
            facts.put("damaged", verified.filter(v -> !v.isWhole()).isPresent());
            Optional<Drill> drill = new Drills(archive).newest();
            facts.put("lastDrill", drill.map(Drill::begun).orElse(""));
            facts.put("drillPassed", drill.filter(Drill::passed).isPresent());
            facts.put("drillCounts", drill.filter(d -> d.countsAt(Instant.now())).isPresent());
            facts.put("heartbeat", archive.heartbeat().map(Heartbeat::time).orElse(""));
            output.result(facts, text(facts));
            return 0;
        }
    }

    /** Until it is stopped, or as often as asked. */
    private int watch() throws InterruptedException {
        List<Alerts> people;
        try {
            people = watching.people(config.file());
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(String.valueOf(e.getMessage()), "see --help");
        }
        try (Source source = source()) {
            Watch watch =
                    new Watch(
                            source,
                            people,
                            line -> output.note("watch", line),
                            InstantSource.system(),
                            System::nanoTime);
            output.done("watch", "watching " + source.name() + " every " + watching.every());
            Set<Alarm> wrong = watch.look();
            for (int look = 1; watching.looks() == 0 || look < watching.looks(); look++) {
                Thread.sleep(watching.every());
                wrong = watch.look();
            }
            String words = wrong.isEmpty() ? "all is well" : wrong.toString();
            output.result(
                    Map.of("wrong", wrong.stream().sorted().map(Alarm::code).toList()), words);
            return wrong.isEmpty() ? 0 : 1;
        }
    }

    private Source source() {
        return watching.pageSource()
                .orElseGet(
                        () -> new ArchiveSource(ArchiveOptions.open(options.kit(config.file()))));
    }

    private static Optional<Verification> newest(Archive archive) {
        List<Verification> all = archive.verifications();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    private static String shippedAt(Archive archive, ForkPoint tail) {
        return archive.segment(tail.epoch(), tail.sequence()).segment().shipped();
    }

    private static String text(Map<String, Object> facts) {
        StringBuilder text = new StringBuilder();
        facts.forEach((name, value) -> text.append("%-15s %s%n".formatted(name, value)));
        return text.toString().stripTrailing();
    }
}
