package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Chain.SegmentRef;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.volume.LocalLog;
import org.todoku.backup.volume.LogPosition;
import org.todoku.backup.volume.LogTap;

/** Several segments on their way at a time: what counts, and what a reader finds after a death. */
class PutWindowTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final ArchiveKey key = ArchiveKey.generate(new SecureRandom());
    private final List<Epoch> fencedBy = new ArrayList<>();
    private HeldObjects store = new HeldObjects();
    private Archive archive = open(store);
    private LogShipper shipper = shipper();
    private LogTap tap = shipper.tap();
    private long offset = 24;

    @AfterEach
    void stop() {
        store.releaseAll();
        shipper.stop(Duration.ofSeconds(2));
    }

    @Test
    void hasThreeOnTheirWayWhileSomebodyWaits() {
        force(3);
        LogPosition fourth = written();
        await(() -> tap.awaitShipped(fourth, Duration.ZERO) || store.waiting().size() == 3);
        assertThat(store.waiting()).containsExactlyInAnyOrder(name(1), name(2), name(3));
        store.releaseAll();
        assertThat(tap.awaitShipped(fourth, PATIENCE)).isTrue();
        assertThat(Chain.read(archive).tail().orElseThrow().end()).isEqualTo(fourth);
    }

    @Test
    void countsOnlyWhatHasEverythingBeforeIt() {
        List<LogPosition> ends = force(3);
        store.release(name(2));
        store.fail(name(3));
        await(() -> store.waiting().equals(java.util.Set.of(name(1))));
        assertThat(tap.awaitShipped(ends.get(0), SHORT)).isFalse();
        assertThat(tap.awaitShipped(ends.get(1), SHORT)).isFalse();
        assertThat(shipper.position().sequence()).isZero();
        await(() -> shipper.status().trouble().isPresent());

        store.release(name(1));
        assertThat(tap.awaitShipped(ends.get(1), PATIENCE)).isTrue();
        assertThat(tap.awaitShipped(ends.get(2), SHORT)).isFalse();
        assertThat(shipper.position().sequence()).isEqualTo(2);
        store.releaseAll();
        assertThat(tap.awaitShipped(ends.get(2), PATIENCE)).isTrue();
        assertThat(shipper.status().trouble()).isEmpty();
        assertThat(shipper.status().lagBytes()).isZero();
    }

    @Test
    void aSealInTheGapEndsAllBehindIt() {
        LogPosition first = force(1).getFirst();
        store.release(name(1));
        assertThat(tap.awaitShipped(first, PATIENCE)).isTrue();
        List<LogPosition> more = force(3);
        store.release(name(3));
        store.release(name(4));
        await(() -> store.waiting().equals(java.util.Set.of(name(2))));

        Chain found = Chain.read(open(store.direct()));
        assertThat(found.tail().orElseThrow().end()).isEqualTo(first);
        assertThat(found.unconfirmed()).containsExactly(ref(3), ref(4));
        Chain ended = found.seal("another");
        assertThat(ended.tail()).isEqualTo(found.tail());

        store.releaseAll();
        assertThat(tap.awaitShipped(more.get(2), PATIENCE)).isFalse();
        await(() -> tap.isOver());
        assertThat(fencedBy).hasSize(1);
        assertThat(shipper.position().sequence()).isEqualTo(1);
        assertThat(Chain.read(archive).tail()).isEqualTo(found.tail());
    }

    @Test
    void whatSlipsInBeforeTheSealCounts() {
        force(3);
        store.release(name(2));
        await(() -> store.waiting().size() == 2);
        Chain found = Chain.read(open(store.direct()));
        assertThat(found.tail()).isEmpty();
        store.release(name(1));
        await(() -> shipper.position().sequence() == 2);
        Chain ended = found.seal("another");
        assertThat(ended.tail().orElseThrow().sequence()).isEqualTo(2);
        store.releaseAll();
        await(() -> tap.isOver());
        assertThat(Chain.read(archive).tail()).isEqualTo(ended.tail());
    }

    @Test
    void aDeletedSegmentIsDamageAndNoEnd() {
        store.releaseAll();
        for (int i = 0; i < 6; i++) {
            assertThat(tap.awaitShipped(force(1).getFirst(), PATIENCE)).isTrue();
        }
        for (int sequence = 1; sequence < 6; sequence++) {
            byte[] whole = store.get(name(sequence)).orElseThrow();
            store.remove(name(sequence));
            assertMissing(sequence);
            store.replace(name(sequence), whole);
        }
        Chain sealed = Chain.read(archive).seal("another");
        assertThat(sealed.tail().orElseThrow().sequence()).isEqualTo(6);
        // Behind a seal that is there nothing can have been left out.
        store.remove(name(6));
        assertMissing(6);
    }

    /**
     * Any order of arrivals, any moment of death, any one object gone: nothing is silently short.
     */
    @Test
    void neverEndsBeforeWhatWasConfirmed() {
        long seed = Long.getLong("todoku.seed", System.nanoTime());
        Random random = new Random(seed);
        int states = 0;
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            String as = "seed " + seed + ", round " + round;
            store = new HeldObjects();
            archive = open(store);
            shipper = shipper();
            tap = shipper.tap();
            offset = 24;
            int segments = 3 + random.nextInt(12);
            for (int step = 0; step < segments; step++) {
                force(1);
                List<String> waiting = new ArrayList<>(store.waiting());
                java.util.Collections.shuffle(waiting, random);
                for (String one : waiting.subList(0, random.nextInt(waiting.size() + 1))) {
                    store.release(one);
                    await(() -> store.get(one).isPresent());
                }
            }
            long confirmed = shipper.position().sequence();
            Chain found = Chain.read(open(store.direct()));
            long end = found.tail().map(tail -> tail.sequence()).orElse(0L);
            assertThat(end).as(as).isGreaterThanOrEqualTo(confirmed);
            assertThat(found.unconfirmed()).as(as).hasSizeLessThan(Segment.WINDOW);
            for (long gone = 1; gone < end; gone++) {
                states++;
                refused += isOnlyReported(gone, as) ? 0 : 1;
            }
            stop();
        }
        System.err.printf(
                "figure: put window: %d deletions tried, %d refused, the others reported (seed"
                        + " %d)%n",
                states, refused, seed);
        assertThat(states).isGreaterThan(100);
    }

    /** True when the end was told with what lies behind it, false when it was refused. */
    private boolean isOnlyReported(long gone, String as) {
        byte[] whole = store.get(name(gone)).orElseThrow();
        store.remove(name(gone));
        try {
            Chain found = Chain.read(open(store.direct()));
            assertThat(found.unconfirmed()).as(as + ", without " + gone).isNotEmpty();
            return true;
        } catch (BackupException e) {
            assertThat(e.fault()).as(as).isEqualTo(BackupFault.OBJECT_MISSING);
            return false;
        } finally {
            store.replace(name(gone), whole);
        }
    }

    private void assertMissing(long sequence) {
        assertThatThrownBy(() -> Chain.read(archive))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> {
                            assertThat(e.fault()).isEqualTo(BackupFault.OBJECT_MISSING);
                            assertThat(e).hasMessageContaining("segment " + sequence + " ");
                        });
    }

    /**
     * Commits that are forced one after the other, each in a segment of its own if there is room.
     */
    private List<LogPosition> force(int count) {
        List<LogPosition> ends = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int before = store.waiting().size();
            ends.add(written());
            long until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (hasRoom()
                    && store.waiting().size() <= before
                    && !tap.awaitShipped(ends.getLast(), Duration.ZERO)
                    && System.nanoTime() < until) {
                LockSupport.parkNanos(200_000);
            }
        }
        return ends;
    }

    private boolean hasRoom() {
        long sent = shipper.position().sequence();
        while (store.waiting().contains(name(sent + 1)) || store.get(name(sent + 1)).isPresent()) {
            sent++;
        }
        return sent - shipper.position().sequence() < Segment.WINDOW;
    }

    private LogPosition written() {
        byte[] bytes = ("commit at " + offset).getBytes(StandardCharsets.US_ASCII);
        tap.written(new LogPosition(1, offset), bytes);
        offset += bytes.length;
        LogPosition end = tap.forced();
        tap.hurry();
        return end;
    }

    private Archive open(org.todoku.backup.objects.ObjectStore on) {
        return Archive.openOrCreate(on, key, InstantSource.system());
    }

    private LogShipper shipper() {
        Epoch epoch = new Epoch(1, "owner", "host", "", Optional.empty(), "now", "test");
        assertThat(archive.claim(epoch)).isTrue();
        ShipSettings settings = new ShipSettings(Duration.ofHours(1), fencedBy::add);
        LogShipper made =
                new LogShipper(
                        archive,
                        epoch,
                        new LocalLog(Path.of("none")),
                        settings,
                        InstantSource.system());
        made.start(List.of());
        return made;
    }

    private static SegmentRef ref(long sequence) {
        return new SegmentRef(1, sequence);
    }

    private static String name(long sequence) {
        return "log/00000001/%010d".formatted(sequence);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(200_000);
        }
    }
}
