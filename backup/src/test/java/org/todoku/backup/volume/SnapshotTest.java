package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot against a model in memory, while everything that can be done to files is done. */
class SnapshotTest {
    private static final int MIB = 1024 * 1024;

    @TempDir Path root;

    private final long seed = Long.getLong("todoku.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<Path, byte[]> model = new HashMap<>();

    @SuppressWarnings("NullAway.Init") // by attach, before each test
    private Volume volume;

    @BeforeEach
    void attach() throws IOException {
        Path directory = root.resolve("db");
        Files.createDirectories(directory.resolve("seg0"));
        volume = Volume.attach(directory, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
    }

    @AfterEach
    void detach() {
        volume.detach(Duration.ofSeconds(20));
    }

    @Test
    void isWhatTheDirectoryWasWhateverIsDoneMeanwhile() throws Exception {
        for (int i = 0; i < 12; i++) {
            create(file(i), 1 + random.nextInt(300_000));
        }
        for (int round = 0; round < 30; round++) {
            changes(30);
            Map<Path, byte[]> then = new HashMap<>(model);
            try (Snapshot snapshot = volume.snapshot(root.resolve("scratch/aside"));
                    ExecutorService writer = Executors.newSingleThreadExecutor()) {
                Future<?> done = writer.submit(() -> changesNow(200));
                Map<Path, byte[]> read = read(snapshot);
                done.get();
                assertSame(read, then, "seed " + seed + ", round " + round);
            }
        }
    }

    @Test
    void putsAsideInAFileWhatMemoryDoesNotHold() throws Exception {
        create(file(0), 48 * MIB);
        byte[] then = model.get(file(0));
        Path scratch = root.resolve("scratch/aside");
        try (Snapshot snapshot = volume.snapshot(scratch)) {
            for (int at = 0; at < 48 * MIB; at += 32 * 1024) {
                write(file(0), at, new byte[32 * 1024]);
            }
            volume.call(new java.util.concurrent.FutureTask<>(() -> true));
            assertThat(snapshot.bytesInScratch()).isEqualTo(16L * MIB);
            assertThat(read(snapshot).get(file(0))).isEqualTo(then);
        }
        assertThat(scratch).doesNotExist();
    }

    @Test
    void isLostRatherThanWrongWhenALargeFileIsCut() throws Exception {
        create(file(0), 80 * MIB);
        try (Snapshot snapshot = volume.snapshot(root.resolve("scratch/aside"))) {
            volume.setLength(node(file(0)), 100);
            assertThatThrownBy(() -> read(snapshot))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was cut meanwhile");
        }
        write(file(0), 0, new byte[50]);
        assertThat(Volume.read(file(0))).hasSize(100);
    }

    @Test
    void isLostWhenTheVolumeIsDetached() throws Exception {
        create(file(0), 10_000);
        try (Snapshot snapshot = volume.snapshot(root.resolve("scratch/aside"))) {
            detach();
            // Whoever attaches next changes the files without telling this snapshot.
            assertThatThrownBy(() -> read(snapshot))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("detached");
        } finally {
            attach();
        }
    }

    private void assertSame(Map<Path, byte[]> read, Map<Path, byte[]> then, String as) {
        assertThat(read.keySet()).as(as).isEqualTo(then.keySet());
        then.forEach(
                (path, bytes) ->
                        assertThat(Arrays.mismatch(read.get(path), bytes))
                                .as(as + ", " + path)
                                .isEqualTo(-1));
    }

    private Map<Path, byte[]> read(Snapshot snapshot) throws IOException {
        Map<Path, byte[]> found = new HashMap<>();
        for (Snapshot.SnapshotFile file : snapshot.files()) {
            var bytes = new ByteArrayOutputStream();
            int chunk = Snapshot.BLOCK * (1 + (int) (file.length() % 16));
            for (long at = 0; at < file.length(); at += chunk) {
                bytes.writeBytes(snapshot.read(file, at, chunk));
            }
            found.put(volume.directory().resolve(file.path()), bytes.toByteArray());
        }
        return found;
    }

    private void changesNow(int count) {
        try {
            changes(count);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void changes(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Path file = file(random.nextInt(16));
            byte[] is = model.getOrDefault(file, new byte[0]);
            switch (model.containsKey(file) ? random.nextInt(9) : 9) {
                case 0 -> {
                    assertThat(volume.tree().delete(file)).isTrue();
                    model.remove(file);
                }
                case 1 -> {
                    Path to = file(random.nextInt(16));
                    if (!to.equals(file) && volume.tree().rename(file, to)) {
                        model.put(to, is);
                        model.remove(file);
                    }
                }
                case 2 -> {
                    int length = random.nextInt(is.length + 1);
                    volume.setLength(node(file), length);
                    model.put(file, Arrays.copyOf(is, length));
                }
                case 9 -> create(file, 1 + random.nextInt(100_000));
                default -> {
                    byte[] bytes = new byte[1 + random.nextInt(20_000)];
                    random.nextBytes(bytes);
                    write(file, random.nextInt(is.length + 1), bytes);
                }
            }
        }
    }

    private void create(Path file, int length) throws IOException {
        volume.tree().create(file);
        model.put(file, new byte[0]);
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        write(file, 0, bytes);
    }

    private void write(Path file, int at, byte[] bytes) {
        byte[] is = model.getOrDefault(file, new byte[0]);
        byte[] now = Arrays.copyOf(is, Math.max(is.length, at + bytes.length));
        System.arraycopy(bytes, 0, now, at, bytes.length);
        model.put(file, now);
        volume.write(node(file), at, bytes);
    }

    private Node node(Path file) {
        return java.util.Objects.requireNonNull(volume.tree().file(file));
    }

    private Path file(int number) {
        return volume.directory()
                .resolve(List.of("seg0/c%d.dat", "x%d").get(number % 2).formatted(number));
    }
}
