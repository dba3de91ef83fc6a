package org.todoku.appliance.delivery.bounce;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Notices in the shapes that carriers, providers and mail servers write; made by us, after what
 * they are known to say.
 */
class BounceCorpusTest {
    private static final int LEAST = 60;

    /** A file, whose system it comes from, and what it must be understood as. */
    record Expected(String file, String destination, Reason reason, boolean failed) {
        @Override
        public String toString() {
            return file;
        }
    }

    static Stream<Expected> corpus() throws IOException {
        return new String(resource("expected.csv"), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.split(","))
                .map(
                        column ->
                                new Expected(
                                        column[0],
                                        column[1],
                                        Reason.valueOf(column[2]),
                                        column[3].equals("failed")));
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void isUnderstoodAsItsSenderMeantIt(Expected expected) throws IOException {
        Optional<BounceNotice> read = BounceNotice.read(resource(expected.file));
        assertThat(read).isPresent();
        BounceNotice notice = read.get();
        assertThat(notice.failed()).as(notice.toString()).isEqualTo(expected.failed);
        if (expected.failed) {
            assertThat(Refusals.judge(expected.destination, notice.stage(), notice.response()))
                    .as(notice.toString())
                    .isEqualTo(expected.reason);
        }
    }

    @Test
    void isLargeEnough() throws IOException {
        assertThat(corpus()).hasSizeGreaterThanOrEqualTo(LEAST);
    }

    /** Bytes from strangers: whatever comes, nothing is thrown. */
    @Test
    void cutAndChangedNoticesThrowNothing() throws IOException {
        Random random = new Random(20261126);
        List<byte[]> all = new ArrayList<>();
        for (Expected expected : corpus().toList()) {
            all.add(resource(expected.file));
        }
        int read = 0;
        for (int round = 0; round < 10_000; round++) {
            byte[] raw = all.get(random.nextInt(all.size())).clone();
            for (int i = random.nextInt(20); i > 0; i--) {
                raw[random.nextInt(raw.length)] = (byte) random.nextInt(256);
            }
            byte[] cut = Arrays.copyOf(raw, random.nextInt(raw.length + 1));
            read += BounceNotice.read(cut).isPresent() ? 1 : 0;
        }
        assertThat(read).isPositive();
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream in = BounceCorpusTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("no " + name);
            }
            return in.readAllBytes();
        }
    }
}
