package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A second fault of Derby 10.17.1.0 itself: after a crash in the middle of the first growth of an
 * index some databases do not boot (XSDB0). With {@link UndoneGrowth} all of them do. When the
 * plain one boots everywhere, Derby has mended it by itself.
 */
class RootGrowthTest {
    private static final int FRAME = 16;
    private static final int CHECKSUM = 21;
    private static final int LONG = 1500;

    @TempDir Path root;

    @Test
    void aCrashInTheGrowthOfAnIndexBootsOnlyWhereTheReserveIsGivenBack() throws Exception {
        run(List.of("make", root.resolve("made").toString()));
        List<String> plain = boot("plain");
        assertThat(plain).anyMatch(line -> line.contains("Unexpected exception on in-memory page"));
        List<String> mended = boot("mended");
        assertThat(mended).hasSameSizeAs(plain).allMatch(line -> line.endsWith(" sound"));
        System.err.printf(
                "figure: of %d crashes while indexes grow, plain Derby boots after %d, mended after"
                        + " all%n",
                plain.size(), plain.stream().filter(line -> line.endsWith(" sound")).count());
    }

    /** Boots what a crash leaves just behind each growth and before its commit. */
    private List<String> boot(String how) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("boot", how));
        byte[] log = Files.readAllBytes(root.resolve("made/log/log1.dat"));
        // What lies before the checkpoint is in the pages already.
        long checkpoint =
                ByteBuffer.wrap(Files.readAllBytes(root.resolve("made/log/log.ctrl"))).getLong(8);
        List<byte[]> cuts =
                growths(log).stream().filter(cut -> cut.length > (int) checkpoint).toList();
        assertThat(cuts).hasSizeGreaterThanOrEqualTo(RootGrowthChild.WIDTHS.length);
        for (byte[] cut : cuts) {
            Path state = root.resolve(how + cut.length);
            copy(root.resolve("made"), state);
            Files.deleteIfExists(state.resolve("db.lck"));
            Files.write(state.resolve("log/log1.dat"), cut);
            arguments.add(state.toString());
        }
        return run(arguments);
    }

    /**
     * The log up to where the control row of each grown root was changed: two long records (the
     * rows copied to the leaf and purged from the root), then that one. What of the group of
     * records remains gets the checksum that Derby would have written had it forced the log there,
     * as it does when another thread commits.
     */
    private static List<byte[]> growths(byte[] log) {
        ByteBuffer records = ByteBuffer.wrap(log);
        List<byte[]> cuts = new ArrayList<>();
        int group = 0;
        int longOnes = 0;
        for (int at = LogScan.HEADER; records.getInt(at) > 0; at += records.getInt(at) + FRAME) {
            int length = records.getInt(at);
            if (length == CHECKSUM) {
                group = at;
                continue;
            }
            if (longOnes == 2) {
                cuts.add(cut(log, group, at + length + FRAME));
            }
            longOnes = length > LONG ? longOnes + 1 : 0;
        }
        return cuts;
    }

    /** Record: int length, long instant, content, int length. Content: DERBY-10.17's checksum. */
    private static byte[] cut(byte[] log, int group, int end) {
        int content = group + FRAME - Integer.BYTES;
        int covered = group + CHECKSUM + FRAME;
        CRC32 crc = new CRC32();
        crc.update(log, covered, end - covered);
        byte[] cut = Arrays.copyOf(log, end + Integer.BYTES);
        Arrays.fill(cut, end, cut.length, (byte) 0);
        ByteBuffer.wrap(cut)
                .putInt(content + CHECKSUM - Integer.BYTES - Long.BYTES, end - covered)
                .putLong(content + CHECKSUM - Long.BYTES, crc.getValue());
        return cut;
    }

    private List<String> run(List<String> arguments) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Dderby.stream.error.file=" + root.resolve("derby.log"),
                                "-cp",
                                System.getProperty("java.class.path"),
                                RootGrowthChild.class.getName()));
        command.addAll(arguments);
        Process child =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var out = child.inputReader(StandardCharsets.UTF_8)) {
            List<String> lines = out.readAllLines();
            assertThat(child.waitFor()).isZero();
            return lines;
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Files.copy(path, to.resolve(from.relativize(path)));
            }
        }
    }
}
