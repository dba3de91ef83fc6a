package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What goes over the line to a standby. */
class LogFrameTest {
    private static final long SEED = 20261126;

    @Test
    void comesOutAsItWentIn() {
        byte[] bytes = new byte[LogFrame.LIMIT];
        new Random(SEED).nextBytes(bytes);
        LogFrame frame = LogFrame.log(7, new LogChunk(new LogPosition(3, 4711), bytes), 12_345);
        LogFrame read = LogFrame.decode(frame.encode()).orElseThrow();
        assertThat(read.kind()).isEqualTo(LogFrame.Kind.LOG);
        assertThat(read.epoch()).isEqualTo(7);
        assertThat(read.at()).isEqualTo(new LogPosition(3, 4711));
        assertThat(read.forcedMillis()).isEqualTo(12_345);
        assertThat(read.bytes()).isEqualTo(bytes);
    }

    @Test
    void whatWasDamagedOnItsWayIsNone() {
        LogFrame frame = LogFrame.log(7, new LogChunk(new LogPosition(3, 4), new byte[100]), 5);
        byte[] whole = frame.encode();
        for (int at = 0; at < whole.length; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 1;
            assertThat(LogFrame.decode(damaged)).as("byte %d", at).isEmpty();
        }
        for (int length = 0; length < whole.length; length++) {
            assertThat(LogFrame.decode(Arrays.copyOf(whole, length))).isEmpty();
        }
        assertThat(LogFrame.decode(new byte[LogFrame.LIMIT + 1000])).isEmpty();
    }
}
