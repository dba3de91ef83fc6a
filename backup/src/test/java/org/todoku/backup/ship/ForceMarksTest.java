package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.todoku.backup.archive.Segment;
import org.todoku.backup.volume.LogPosition;

class ForceMarksTest {
    private final ForceMarks marks = new ForceMarks(InstantSource.system());

    @Test
    void handsOutToEachSegmentItsOwn() {
        noteAndWait(100);
        noteAndWait(200);
        noteAndWait(300);
        assertThat(take(0, 200)).containsExactly(100L, 200L);
        // What lies before the next segment came too late.
        assertThat(take(300, 400)).isEmpty();
        noteAndWait(500);
        // Recovery wrote the tail anew.
        noteAndWait(450);
        assertThat(take(400, 600)).containsExactly(450L);
    }

    @Test
    void notesNoMoreThanOneInATenthOfASecond() {
        for (int i = 1; i <= 1000; i++) {
            marks.note(new LogPosition(1, i));
        }
        // The loop takes much less than a second.
        assertThat(take(0, 1000).size()).isBetween(1, 10);
    }

    private void noteAndWait(long offset) {
        marks.note(new LogPosition(1, offset));
        LockSupport.parkNanos(150_000_000);
    }

    private List<Long> take(long from, long to) {
        return marks.take(new LogPosition(1, from), new LogPosition(1, to)).stream()
                .map(Segment.Mark::end)
                .map(LogPosition::offset)
                .toList();
    }
}
