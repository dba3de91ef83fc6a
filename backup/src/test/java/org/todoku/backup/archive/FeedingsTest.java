package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

/** What a standby had and the archive lacked, brought in when an epoch is ended. */
class FeedingsTest {
    private static final String NOW = "2026-11-26T12:00:00Z";

    @TempDir Path folder;

    private Archive archive;
    private Feedings feedings;

    @BeforeEach
    void open() {
        archive =
                Archive.openOrCreate(
                        new FolderObjects(folder),
                        ArchiveKey.generate(new SecureRandom()),
                        InstantSource.system());
        feedings = new Feedings(archive);
        assertThat(archive.claim(new Epoch(1, "a", "a", "", Optional.empty(), NOW, "test")))
                .isTrue();
    }

    @Test
    void bringsInBeforeTheSealWhatWasLeft() {
        PreparedSegment first = segment(1, "", 0, 100, 50);
        archive.put(first);
        feedings.begin(feeding(1), Instant.parse(NOW));
        assertThat(feedings.silent(1, "")).hasSize(1);
        feedings.leave(feeding(1), List.of(log(100, 80)), at(180));
        assertThat(feedings.silent(1, "")).isEmpty();
        Chain ended = Chain.read(archive).seal("b");
        assertThat(ended.tail().orElseThrow().end()).isEqualTo(at(180));
        assertThat(archive.segment(1, 2).segment().start()).isEqualTo(at(150));
        assertThat(archive.segment(1, 2).segment().previous()).isEqualTo(first.hash());
    }

    /** Of three on their way the first never came; the other two are void. */
    @Test
    void whatTheWriterSentInAHurryBehindItIsVoid() {
        PreparedSegment first = segment(1, "", 0, 100, 50);
        archive.put(first);
        PreparedSegment second = segment(2, first.hash(), 1, 150, 10);
        PreparedSegment third = segment(3, second.hash(), 1, 160, 10);
        archive.put(third);
        feedings.begin(feeding(1), Instant.parse(NOW));
        feedings.leave(feeding(1), List.of(log(150, 40)), at(190));
        Chain ended = Chain.read(archive).seal("b");
        assertThat(ended.links().getLast().segments()).containsExactly(1L, 2L);
        assertThat(ended.unconfirmed()).containsExactly(new Chain.SegmentRef(1, 3));
        assertThat(ended.tail().orElseThrow().end()).isEqualTo(at(190));
        assertFault(() -> archive.put(second), BackupFault.FORK);
        assertFault(() -> archive.put(segment(4, third.hash(), 3, 170, 10)), BackupFault.FENCED);
    }

    @Test
    void whereTheWriterWasQuickerItsSegmentCounts() {
        PreparedSegment first = segment(1, "", 0, 100, 50);
        archive.put(first);
        Chain before = Chain.read(archive);
        feedings.begin(feeding(1), Instant.parse(NOW));
        feedings.leave(feeding(1), List.of(log(150, 40)), at(190));
        archive.put(segment(2, first.hash(), 1, 150, 30));
        Chain ended = before.seal("b");
        assertThat(ended.links().getLast().segments()).containsExactly(1L, 2L, 3L);
        assertThat(archive.segment(1, 3).segment().start()).isEqualTo(at(180));
        assertThat(ended.tail().orElseThrow().end()).isEqualTo(at(190));
    }

    @Test
    void onlyTheLastTimeCountsAndMayBeTakenBack() {
        feedings.begin(feeding(1), Instant.parse(NOW));
        feedings.leave(feeding(1), List.of(), at(100));
        feedings.begin(feeding(2), Instant.parse(NOW));
        assertThat(feedings.silent(1, "")).extracting(Feeding::number).containsExactly(2L);
        assertThat(feedings.silent(1, "standby")).as("its own").isEmpty();
        assertFault(() -> feedings.requireHeard(1, "", "testing"), BackupFault.HELD_ELSEWHERE);
        feedings.clear(feeding(2));
        assertThat(feedings.open(1)).isEmpty();
        feedings.requireHeard(1, "", "testing");
    }

    private static void assertFault(Runnable work, BackupFault fault) {
        assertThat(
                        org.assertj.core.api.Assertions.catchThrowableOfType(
                                BackupException.class, work::run))
                .extracting(BackupException::fault)
                .isEqualTo(fault);
    }

    private static Feeding feeding(long number) {
        return new Feeding(1, "standby", number, "host", false, Optional.empty());
    }

    private PreparedSegment segment(
            long sequence, String previous, long confirmed, long offset, int length) {
        return archive.prepare(
                new Segment(1, sequence, previous, confirmed, NOW, List.of(log(offset, length))));
    }

    private static LogChunk log(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (offset + i);
        }
        return new LogChunk(at(offset), bytes);
    }

    private static LogPosition at(long offset) {
        return new LogPosition(1, offset);
    }
}
