package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/**
 * Writers and hosts that take over, all at once, on one archive, with pauses of any length, lost
 * calls, lost answers and calls that arrive late: no epoch has two owners, and what a writer was
 * told is in the archive is in the line that counts, whoever ended it. The hosts' clocks jump by
 * decades either way, for nothing is decided by them.
 */
class FenceSimulationTest {
    private static final int ROUNDS = Integer.getInteger("todoku.rounds", 2000);
    private static final int HOSTS = 4;
    private static final ArchiveKey KEY = ArchiveKey.generate(new SecureRandom());

    @Test
    void noTwoWritersWhateverIsLateOrLost() {
        long first = Long.getLong("todoku.seed", System.nanoTime());
        int takeovers = 0;
        int acknowledged = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Round done = new Round(first + round, true);
            done.run();
            assertThat(done.wrong).as("seed " + (first + round)).isEmpty();
            takeovers += done.claims.size() - 1;
            acknowledged += done.acknowledged.size();
        }
        System.out.printf(
                "figure: %d rounds from seed %d: %d takeovers, %d acknowledged segments, 0 lost, 0"
                        + " epochs with two owners%n",
                ROUNDS, first, takeovers, acknowledged);
        assertThat(takeovers).isGreaterThan(ROUNDS / 2);
    }

    /** The same without the seal: what it is for shows, and that the test above can fail. */
    @Test
    void withoutTheSealAcknowledgedSegmentsAreLost() {
        long wrong = 0;
        for (int seed = 0; seed < 200; seed++) {
            Round round = new Round(seed, false);
            round.run();
            wrong += round.wrong.isEmpty() ? 0 : 1;
        }
        assertThat(wrong).isPositive();
    }

    private record Ack(long epoch, long sequence, String hash) {}

    private static final class Round {
        private final Random random;
        private final SimulatedStore store;
        private final Scheduler scheduler;
        private final boolean seals;
        private final Set<Ack> acknowledged = new HashSet<>();
        private final List<Long> claims = new ArrayList<>();
        private final List<String> wrong = new ArrayList<>();

        Round(long seed, boolean seals) {
            this.random = new Random(seed);
            this.store = new SimulatedStore(random);
            this.scheduler = new Scheduler(random);
            this.seals = seals;
        }

        void run() {
            store.noMoreFaults();
            Archive made =
                    Archive.openOrCreate(store.reachedBy(() -> false), KEY, InstantSource.system());
            Epoch begin = epoch(1, "host 0", Optional.empty());
            assertThat(made.claim(begin)).isTrue();
            claims.add(1L);
            List<Archive> archives = new ArrayList<>();
            List<Scheduler.Actor> actors = new ArrayList<>();
            for (int host = 0; host < HOSTS; host++) {
                // Its own view, as in another process; opened before anything goes wrong.
                Scheduler.Actor actor = scheduler.actor();
                actors.add(actor);
                boolean[] opening = {true};
                archives.add(
                        Archive.open(store.reachedBy(() -> !opening[0] && actor.isCutOff()), KEY));
                opening[0] = false;
            }
            for (int host = 0; host < HOSTS; host++) {
                Archive archive = archives.get(host);
                String name = "host " + host;
                boolean writes = host == 0;
                scheduler.begin(
                        actors.get(host),
                        () -> {
                            if (writes) {
                                write(archive, begin);
                            }
                            for (int times = 0; times < 2; times++) {
                                takeOver(archive, name).ifPresent(epoch -> write(archive, epoch));
                            }
                        });
            }
            store.faults();
            scheduler.run(store::deliverLate);
            store.noMoreFaults();
            judge(Archive.open(store.reachedBy(() -> false), KEY));
        }

        private void judge(Archive archive) {
            if (new HashSet<>(claims).size() != claims.size()) {
                wrong.add("an epoch was claimed twice: " + claims);
            }
            Set<Ack> counted = new HashSet<>();
            for (Chain.Link link : Chain.read(archive).links()) {
                long epoch = link.epoch().number();
                for (long sequence : link.segments()) {
                    String hash = archive.segment(epoch, sequence).hash();
                    counted.add(new Ack(epoch, sequence, hash));
                }
            }
            for (Ack ack : acknowledged) {
                if (!counted.contains(ack)) {
                    wrong.add("acknowledged and not in the line: " + ack);
                }
            }
        }

        private void write(Archive archive, Epoch epoch) {
            Optional<ForkPoint> tail = epoch.parent();
            int most = 2 + random.nextInt(8);
            for (long sequence = 1; sequence <= most; sequence++) {
                LogPosition at = tail.map(ForkPoint::end).orElse(new LogPosition(1, 24));
                byte[] bytes = (epoch.owner() + " " + sequence).getBytes(StandardCharsets.US_ASCII);
                PreparedSegment segment =
                        archive.prepare(
                                new Segment(
                                        epoch.number(),
                                        sequence,
                                        tail.map(ForkPoint::hash).orElse(""),
                                        sequence - 1,
                                        jumping(),
                                        List.of(new LogChunk(at, bytes))));
                if (!put(archive, segment)) {
                    return;
                }
                acknowledged.add(new Ack(epoch.number(), sequence, segment.asForkPoint().hash()));
                tail = Optional.of(segment.asForkPoint());
            }
        }

        /** Tries until it knows; a writer that gives up has told nobody that it is there. */
        private boolean put(Archive archive, PreparedSegment segment) {
            for (int tries = 0; tries < 30; tries++) {
                try {
                    archive.put(segment);
                    return true;
                } catch (BackupException e) {
                    if (e.fault() == BackupFault.FORK) {
                        wrong.add(String.valueOf(e.getMessage()));
                    }
                    if (e.fault() != BackupFault.STORE_UNREACHABLE) {
                        return false;
                    }
                }
            }
            return false;
        }

        private Optional<Epoch> takeOver(Archive archive, String name) {
            for (int tries = 0; tries < 10; tries++) {
                try {
                    Chain found = Chain.read(archive);
                    Chain chain = seals ? found.seal(name) : found;
                    long number = chain.newest().orElseThrow().number() + 1;
                    Epoch epoch = epoch(number, name, chain.tail());
                    return claim(archive, epoch) ? Optional.of(epoch) : Optional.empty();
                } catch (BackupException e) {
                    // Also a chain that changes while it is read: begun again.
                }
            }
            return Optional.empty();
        }

        private boolean claim(Archive archive, Epoch epoch) {
            for (int tries = 0; tries < 30; tries++) {
                try {
                    boolean ours = archive.claim(epoch);
                    if (ours) {
                        claims.add(epoch.number());
                    }
                    return ours;
                } catch (BackupException e) {
                    // Whether it is ours is not known yet.
                }
            }
            return false;
        }

        private Epoch epoch(long number, String owner, Optional<ForkPoint> parent) {
            return new Epoch(number, owner, owner, "", parent, jumping(), "test");
        }

        /** What the clock of a host says, that is now years ahead and now years behind. */
        private String jumping() {
            return Instant.ofEpochSecond(random.nextLong(0, 4_000_000_000L)).toString();
        }
    }
}
