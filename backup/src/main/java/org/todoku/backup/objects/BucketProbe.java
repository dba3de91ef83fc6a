package org.todoku.backup.objects;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;

/**
 * Finds out what a store really keeps, by trying it: some providers ignore the condition of a
 * create-only put, or let two racing writers win. Writes a few hundred small objects below {@code
 * probe/} and deletes them.
 */
public final class BucketProbe {
    private static final int ROUNDS = 20;
    private static final int RACERS = 8;
    private static final Duration CLOCK = Duration.ofSeconds(60);

    private final ObjectStore store;
    private final String prefix = "probe/" + UUID.randomUUID() + "/";
    private final InstantSource clock;
    private int unanswered;

    public BucketProbe(ObjectStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Runs all checks; the first alone on a store that does not even keep that one. */
    public List<Check> run() {
        List<Check> checks = new ArrayList<>();
        try {
            checks.add(createTwice());
            if (checks.getFirst().kept()) {
                checks.add(races());
                checks.add(listAfterPut());
                checks.add(replaceIsVisible());
                checks.add(clockDifference());
            }
        } finally {
            checks.add(cleanUp());
        }
        return checks;
    }

    /**
     * One thing that was tried.
     *
     * @param name stable
     * @param kept whether the store keeps it
     * @param seen what was seen, for people
     * @param needed for more than one host; where such a check fails, moves must be confirmed by a
     *     person
     */
    public record Check(String name, boolean kept, String seen, boolean needed) {}

    private Check createTwice() {
        boolean first;
        try {
            first = store.create(prefix + "twice", bytes("first"));
        } catch (BackupException e) {
            if (e.fault() != BackupFault.STORE_UNFIT) {
                throw e;
            }
            return new Check("create-only", false, String.valueOf(e.getMessage()), true);
        }
        boolean second = store.create(prefix + "twice", bytes("second"));
        String content = store.get(prefix + "twice").map(BucketProbe::text).orElse("nothing");
        return new Check(
                "create-only",
                first && !second && content.equals("first"),
                "first put %s, second %s, then it holds: %s"
                        .formatted(taken(first), taken(second), content),
                true);
    }

    private Check races() {
        int wrong = 0;
        int winnerLost = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < ROUNDS; round++) {
                String key = prefix + "race-" + round;
                List<String> winners = race(threads, key);
                if (winners.size() != 1) {
                    wrong++;
                } else if (!winners.contains(store.get(key).map(BucketProbe::text).orElse(""))) {
                    winnerLost++;
                }
            }
        }
        return new Check(
                "create-races",
                wrong + winnerLost == 0,
                "%d rounds of %d writers: %d without exactly one winner, %d where another object than"
                                .formatted(ROUNDS, RACERS, wrong, winnerLost)
                        + " the winner's was kept, %d writers without an answer"
                                .formatted(unanswered),
                true);
    }

    private List<String> race(ExecutorService threads, String key) {
        CountDownLatch start = new CountDownLatch(1);
        List<Callable<Boolean>> writers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            String name = "writer-" + i;
            writers.add(
                    () -> {
                        start.await();
                        return store.create(key, bytes(name));
                    });
        }
        List<Future<Boolean>> results = writers.stream().map(threads::submit).toList();
        start.countDown();
        List<String> winners = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            try {
                if (results.get(i).get()) {
                    winners.add("writer-" + i);
                }
            } catch (ExecutionException e) {
                // A writer that got no answer has not won; more than one winner is what is wrong.
                unanswered++;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return List.of();
            }
        }
        return winners;
    }

    private Check listAfterPut() {
        int missing = 0;
        for (int i = 0; i < ROUNDS; i++) {
            String key = prefix + "list-" + i;
            store.create(key, bytes("x"));
            if (store.list(prefix + "list-").stream().noneMatch(info -> info.key().equals(key))) {
                missing++;
            }
        }
        return new Check(
                "list-after-put",
                missing == 0,
                "%d of %d new objects were missing in the listing after".formatted(missing, ROUNDS),
                true);
    }

    private Check replaceIsVisible() {
        int stale = 0;
        for (int i = 0; i < ROUNDS; i++) {
            try {
                store.replace(prefix + "replaced", bytes("version " + i));
            } catch (BackupException e) {
                if (e.fault() != BackupFault.STORE_REFUSED) {
                    throw e;
                }
                return new Check(
                        "replace-visible",
                        true,
                        "these credentials may only add here, which protects the archive",
                        false);
            }
            String read = store.get(prefix + "replaced").map(BucketProbe::text).orElse("");
            if (!read.equals("version " + i)) {
                stale++;
            }
        }
        return new Check(
                "replace-visible",
                stale == 0,
                "%d of %d reads after a replacing put were stale".formatted(stale, ROUNDS),
                false);
    }

    /** Times are for people and for {@code --at} only, but a wrong clock misleads both. */
    private Check clockDifference() {
        Instant before = clock.instant();
        Optional<Instant> there = store.clock(prefix + "clock");
        Instant after = clock.instant();
        if (there.isEmpty()) {
            return new Check("clock", true, "the store does not tell its time", false);
        }
        // The store tells whole seconds.
        Instant early = before.minusSeconds(1);
        Duration off =
                there.get().isBefore(early)
                        ? Duration.between(early, there.get())
                        : there.get().isAfter(after)
                                ? Duration.between(after, there.get())
                                : Duration.ZERO;
        return new Check(
                "clock",
                off.abs().compareTo(CLOCK) <= 0,
                "the store's clock differs from ours by " + off.toSeconds() + " s",
                false);
    }

    /** Credentials that may only add are a good thing: what is left is small and harmless. */
    private Check cleanUp() {
        try {
            store.list(prefix).forEach(info -> store.delete(info.key()));
            return new Check("deletes", true, "what the probe wrote is deleted", false);
        } catch (BackupException e) {
            return new Check(
                    "deletes",
                    true,
                    "these credentials may not delete, which protects the archive; the probe's small"
                            + " objects stay below "
                            + prefix,
                    false);
        }
    }

    private static String taken(boolean created) {
        return created ? "accepted" : "refused";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
