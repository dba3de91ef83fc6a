package org.todoku.migrate;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.fault.BackupException;
import org.todoku.migrate.dns.Outside;

/**
 * The look from outside after a move: again and again, until every name leads to the writer of the
 * newest epoch at every resolver, or what they remember has run out. Tells what changed, and how
 * long what is still seen may last.
 */
final class Looking {
    private static final String STEP = "outside";
    private static final Duration BETWEEN = Duration.ofSeconds(2);

    /** Behind the end of what is remembered: the answer is asked for anew then. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** A server that has just been told to start is not to be called silent. */
    private static final Duration STARTS = Duration.ofSeconds(5);

    /** TTLs are a day at most; what is still wrong then is no memory. */
    private static final Duration LONGEST = Duration.ofDays(2);

    private final Archive archive;
    private final List<String> names;
    private final Outside outside;
    private final Output output;
    private final Optional<Path> report;
    private final Map<String, String> told = new HashMap<>();

    /**
     * Prepares it.
     *
     * @param service public address of the service
     * @param report what is told is written there too
     */
    Looking(
            Archive archive,
            Place service,
            OutsideOptions options,
            Output output,
            Optional<Path> report) {
        this.archive = archive;
        this.names = service.names();
        this.outside = new Outside(options.resolvers(), service.address());
        this.output = output;
        this.report = report;
    }

    /** The public address, and the names that lead there. */
    record Place(URI address, List<String> names) {
        Place {
            names = List.copyOf(names);
        }

        /** Of a configuration's names; of the address alone where it has none. */
        static Place of(URI address, List<String> configured) {
            return new Place(
                    address, configured.isEmpty() ? List.of(address.getHost()) : configured);
        }
    }

    /** What was seen in the end. */
    record Found(boolean there, long epoch, List<Outside.Seen> seen) {
        Found {
            seen = List.copyOf(seen);
        }

        List<String> lines() {
            return seen.stream().map(one -> one.text(epoch)).toList();
        }
    }

    /** Looks until all is as it should be, at most so long. */
    Found await(Duration longest) {
        long begun = System.nanoTime();
        Optional<Duration> enough = Optional.empty();
        while (true) {
            Found found = look();
            tell(found);
            if (enough.isEmpty()) {
                enough = Optional.of(enough(found, longest));
            }
            if (found.there() || System.nanoTime() - begun >= enough.get().toNanos()) {
                return found;
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    private Found look() {
        long epoch = archive.newestEpoch().map(Epoch::number).orElse(0L);
        List<Outside.Seen> seen = outside.look(names);
        return new Found(seen.stream().allMatch(one -> one.leadsTo(epoch)), epoch, seen);
    }

    /** Nobody remembers anything for longer than the first answers said. */
    private static Duration enough(Found found, Duration longest) {
        Duration lasts =
                found.seen().stream()
                        .map(one -> one.lasts().orElse(Duration.ZERO))
                        .max(Duration::compareTo)
                        .orElse(Duration.ZERO)
                        .plus(GRACE);
        return lasts.compareTo(longest) < 0 ? lasts : longest;
    }

    private void tell(Found found) {
        for (Outside.Seen one : found.seen()) {
            String key = one.name() + " " + one.resolver();
            String now = one.addresses() + " " + one.epochs() + " " + one.trouble();
            if (!now.equals(told.put(key, now))) {
                String text = one.text(found.epoch());
                output.note(STEP, text);
                write(text);
            }
        }
    }

    private void write(String text) {
        report.ifPresent(
                file -> {
                    try {
                        Files.writeString(
                                file,
                                Instant.now() + " " + text + "\n",
                                StandardOpenOption.CREATE,
                                StandardOpenOption.APPEND);
                    } catch (IOException e) {
                        output.note(STEP, "not written to " + file + ": " + e);
                    }
                });
    }

    /** What a look after a start needs to know. */
    record Started(
            RecoveryKit kit,
            Path data,
            Optional<ApplianceConfig> config,
            OutsideOptions options,
            Output output) {
        private List<String> names() {
            return config.map(c -> c.dns().names()).orElse(List.of());
        }
    }

    /**
     * Looks after the service was started, where there are names to look for; what was seen is
     * written beside the reports.
     */
    static void after(Started started, Duration longest) {
        if (started.config().isEmpty()
                || (started.names().isEmpty() && !started.options().areNamed())) {
            return;
        }
        Place place = Place.of(started.config().get().http().publicUrl(), started.names());
        Path report = started.data().resolve(Takeover.REPORTS).resolve("outside.txt");
        try (Archive archive = ArchiveOptions.open(started.kit())) {
            Found found =
                    new Looking(
                                    archive,
                                    place,
                                    started.options(),
                                    started.output(),
                                    Optional.of(report))
                            .await(longest);
            started.output()
                    .note(
                            STEP,
                            found.there()
                                    ? "seen from outside: all ways lead here"
                                    : "seen from outside: NOT all ways lead here yet; look again"
                                            + " with todoku-migrate look");
        } catch (BackupException e) {
            started.output().note(STEP, "not looked from outside: " + e.getMessage());
        }
    }

    /** The same beside the server that runs on in this process, for as long as it takes. */
    static void beside(Started started) {
        Thread.ofVirtual()
                .name("outside")
                .start(
                        () -> {
                            LockSupport.parkNanos(STARTS.toNanos());
                            after(started, LONGEST);
                        });
    }
}
