package org.todoku.backup.ship;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.todoku.backup.volume.LogChunk;
import org.todoku.backup.volume.LogPosition;

class LogStreamTest {
    private int forces;
    private final LogStream stream = new LogStream(() -> forces++);

    @Test
    void handsOutOnlyWhatWasForced() {
        write(1, 24, "aaaa");
        assertThat(stream.take().chunks()).isEmpty();
        stream.forced();
        write(1, 28, "bb");
        assertThat(text(stream.take())).containsExactly("1:24 aaaa");
        stream.forced();
        assertThat(text(stream.take())).containsExactly("1:28 bb");
        assertThat(forces).isEqualTo(2);
    }

    @Test
    void putsTheEndMarkerBeforeTheHeaderOfTheNextFile() {
        write(1, 24, "aaaa");
        write(2, 0, "12345678");
        write(2, 8, "12345678");
        write(2, 16, "12345678");
        stream.forced();
        write(1, 28, "\0\0\0\0");
        write(2, 24, "cc");
        stream.forced();
        LogStream.Taken taken = stream.take();
        assertThat(taken.chunks())
                .extracting(LogChunk::start)
                .containsExactly(new LogPosition(1, 24), new LogPosition(2, 0));
        assertThat(taken.upTo()).isEqualTo(new LogPosition(2, 26));
    }

    @Test
    void forgetsWhatRecoveryWritesAnew() {
        write(1, 24, "aaaabbbb");
        write(1, 28, "cc");
        stream.forced();
        assertThat(text(stream.take())).containsExactly("1:24 aaaacc");
    }

    @Test
    void leavesOutTheZerosThatBlankATornTail() {
        write(1, 24, "aaaa");
        write(1, 28, "\0".repeat(100));
        write(1, 28, "bb");
        stream.forced();
        assertThat(text(stream.take())).containsExactly("1:24 aaaabb");
    }

    @Test
    void letsGoOfBytesBeyondItsLimitAndSaysSo() {
        byte[] large = new byte[LogStream.LIMIT / 4 + 1];
        large[0] = 1;
        long at = 24;
        for (int i = 0; i < 4; i++) {
            stream.written(new LogPosition(1, at), large);
            at += large.length;
        }
        stream.forced();
        write(1, (int) at, "later");
        LogStream.Taken taken = stream.take();
        assertThat(taken.overflowed()).isTrue();
        assertThat(taken.chunks()).isEmpty();
        assertThat(taken.upTo()).isEqualTo(new LogPosition(1, at));
        stream.forced();
        // What was written while the bytes were let go is not in memory either.
        assertThat(stream.take().overflowed()).isTrue();
        write(1, (int) at + 5, "kept");
        stream.forced();
        assertThat(text(stream.take())).containsExactly("1:" + (at + 5) + " kept");
    }

    private void write(long file, int offset, String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        stream.written(new LogPosition(file, offset), bytes);
    }

    private static List<String> text(LogStream.Taken taken) {
        return taken.chunks().stream()
                .map(
                        c ->
                                c.start()
                                        + " "
                                        + new String(
                                                c.bytes(),
                                                java.nio.charset.StandardCharsets.ISO_8859_1))
                .toList();
    }
}
