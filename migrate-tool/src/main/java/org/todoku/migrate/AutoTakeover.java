package org.todoku.migrate;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Heartbeat;
import org.todoku.backup.archive.ProbeVerdict;
import org.todoku.backup.restore.Standby;
import org.todoku.backup.restore.StandbyStatus;

/**
 * A standby that takes over by itself: allowed only where the probe has found that the archive's
 * store keeps two writers apart, and with a witness, another way to reach the outside. The old host
 * must have been silent for the whole time ({@link Silence}).
 */
final class AutoTakeover {
    private static final long LOOK_NANOS = 2_000_000_000L;

    private final Archive archive;
    private final Witnesses witnesses;
    private final Silence silence;
    private long lookedNanos = System.nanoTime();
    private @Nullable StandbyStatus before;
    private Optional<Heartbeat> beat = Optional.empty();

    private AutoTakeover(Archive archive, Witnesses witnesses, Duration after) {
        this.archive = archive;
        this.witnesses = witnesses;
        this.silence = new Silence(after, System.nanoTime());
    }

    /**
     * What it goes by.
     *
     * @param witnesses must all answer
     * @param old the old host's health; empty for the address that its epoch names
     * @param after so long it must be silent
     */
    record Rules(List<URI> witnesses, Optional<URI> old, Duration after) {}

    /** Refuses where nothing keeps two writers apart, or nobody witnesses. */
    static AutoTakeover of(Archive archive, Rules rules) {
        if (rules.witnesses().isEmpty()) {
            throw Refusal.usage(
                    "--auto-takeover needs a witness",
                    "name with --witness URL something that answers while the network is up, by"
                            + " another way than the old host's");
        }
        boolean fences = archive.verdict().filter(ProbeVerdict::fences).isPresent();
        if (!fences) {
            throw Refusal.unsafe(
                    "--auto-takeover: no probe has found that "
                            + archive.location()
                            + " keeps two writers apart",
                    "run todoku-migrate probe; where it fails only a person may take over");
        }
        URI old =
                rules.old()
                        .or(
                                () ->
                                        archive.newestEpoch()
                                                .map(Epoch::url)
                                                .filter(url -> !url.isEmpty())
                                                .map(url -> URI.create(url + "/health/live")))
                        .orElseThrow(
                                () ->
                                        Refusal.usage(
                                                "--auto-takeover: the old host's address is not known",
                                                "give --old URL"));
        return new AutoTakeover(archive, new Witnesses(rules.witnesses(), old), rules.after());
    }

    /** Looks, every two seconds; whether it is time. */
    boolean isTime(Standby standby) {
        long now = System.nanoTime();
        if (now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = now;
        StandbyStatus status = standby.status();
        Optional<Heartbeat> seen = archive.heartbeat();
        StandbyStatus last = before;
        boolean moved =
                last == null
                        || status.stream().isLive()
                        || !last.last().equals(status.last())
                        || last.epoch() != status.epoch()
                        || !seen.equals(beat);
        before = status;
        beat = seen;
        return silence.isLongEnough(
                new Silence.Seen(
                        moved, witnesses.oldAnswers(), witnesses.allAnswer(), status.ready()),
                now);
    }

    Duration silentFor() {
        return silence.soFar(System.nanoTime());
    }
}
