package org.todoku.backup.archive;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What came of a drill: a restore into a scratch folder, opened and checked.
 *
 * @param begun RFC 3339, UTC
 * @param by the host that did it, for people
 * @param recoveryPoint everything that was confirmed up to this moment came back; empty when
 *     nothing did
 * @param recoveryPointSeconds how long before the drill that was
 * @param recoverySeconds from the begin until everything was restored, booted and checked
 * @param bytes of the restored database
 * @param kit whether the archive was opened with the recovery kit
 * @param problems one line each; empty when it passed
 */
public record Drill(
        String begun,
        String by,
        String recoveryPoint,
        double recoveryPointSeconds,
        double recoverySeconds,
        long bytes,
        boolean kit,
        List<String> problems) {
    /** After this nobody may rely on it any more. */
    public static final Duration COUNTS_FOR = Duration.ofDays(7);

    public Drill {
        problems = List.copyOf(problems);
    }

    public boolean passed() {
        return problems.isEmpty();
    }

    /** Whether it passed, and not too long ago. */
    public boolean countsAt(Instant now) {
        return passed() && Instant.parse(begun).plus(COUNTS_FOR).isAfter(now);
    }

    /**
     * Up to when everything that was confirmed is in the archive: the writer's last sign of life,
     * if all that it had shipped by then is there, else when the last segment was shipped.
     */
    public static Optional<Instant> recoveryPoint(Archive archive, Chain chain) {
        Optional<ForkPoint> tail = chain.tail();
        if (tail.isEmpty() || tail.get().sequence() == 0) {
            return Optional.empty();
        }
        ForkPoint end = tail.get();
        Instant shipped =
                Instant.parse(archive.segment(end.epoch(), end.sequence()).segment().shipped());
        long newest = chain.newest().map(Epoch::number).orElse(0L);
        return Optional.of(
                archive.heartbeat()
                        .filter(h -> h.epoch() == newest && !h.shipped().isAfter(end.end()))
                        .map(h -> Instant.parse(h.time()))
                        .filter(shipped::isBefore)
                        .orElse(shipped));
    }
}
