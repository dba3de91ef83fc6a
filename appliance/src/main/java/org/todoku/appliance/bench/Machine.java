package org.todoku.appliance.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the figures were measured on.
 *
 * @param syncMillis what fdatasync of a written 4 KiB block takes in the bench's folder: 50 %, 99 %
 */
record Machine(int cores, String java, String system, List<Double> syncMillis) {
    private static final int SYNCS = 300;
    private static final int BLOCK = 4096;

    static Machine look(Path folder) throws IOException {
        Path file = folder.resolve("sync-probe");
        Latencies latencies = new Latencies();
        Latencies.Recorder recorder = latencies.recorder();
        long begin = System.nanoTime();
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(BLOCK * SYNCS), 0);
            channel.force(true);
            for (int i = 0; i < SYNCS; i++) {
                long start = System.nanoTime();
                channel.write(ByteBuffer.allocate(BLOCK), (long) i * BLOCK);
                channel.force(false);
                recorder.note(start, System.nanoTime());
            }
        } finally {
            Files.deleteIfExists(file);
        }
        Latencies.Window window = latencies.between(begin, System.nanoTime() + 1);
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.runtime.version"),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                List.of(window.quantile(0.5), window.quantile(0.99)));
    }

    String line() {
        return "%d cores, JDK %s, %s, fdatasync of 4 KiB %.2f ms (p99 %.2f ms)"
                .formatted(cores, java, system, syncMillis.get(0), syncMillis.get(1));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new TreeMap<>();
        json.put("cores", cores);
        json.put("java", java);
        json.put("system", system);
        json.put("fdatasyncP50Ms", syncMillis.get(0));
        json.put("fdatasyncP99Ms", syncMillis.get(1));
        return json;
    }
}
