package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.volume.VolumeSettings.ArchiveRole;

/** What a commit is told when the disk fails, is full or hangs, with an archive and without. */
class FailingDiskTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir Path root;

    private final FakeArchive archive = new FakeArchive();
    private final AtomicInteger forces = new AtomicInteger();
    private volatile @Nullable String writesClosed;
    private volatile String failing = "";
    private volatile String message = "Input/output error";
    private volatile boolean hangs;

    @SuppressWarnings("NullAway.Init") // by attach, the first line of each test
    private Volume volume;

    @SuppressWarnings("NullAway.Init")
    private VolumeAccess log;

    @AfterEach
    void detach() {
        hangs = false;
        failing = "";
        volume.detach(Duration.ofSeconds(5));
    }

    @Test
    void aFailedForceIsNeitherASuccessNorRepeated() throws Exception {
        attach(ArchiveRole.NONE, 1 << 20);
        commit("one");
        failing = "force";
        int before = forces.get();
        assertThatThrownBy(() -> commit("two")).isInstanceOf(IOException.class);
        failing = "";
        assertThatThrownBy(() -> commit("three")).isInstanceOf(IOException.class);
        assertThat(forces.get()).isEqualTo(before + 1);
        await(() -> writesClosed != null);
        assertThat(volume.trouble().orElseThrow()).contains("Input/output error");
        assertThat(volume.state()).isEqualTo(StorageState.STALLED);
    }

    @Test
    void seesThatADiskHangsOnWhichNobodyWrites() throws Exception {
        attach(ArchiveRole.STANDS_IN, 1 << 20);
        commit("one");
        assertThat(volume.state()).isEqualTo(StorageState.NORMAL);
        await(() -> volume.queuedBytes() == 0);
        hangs = true;
        await(() -> volume.state() == StorageState.STALLED);
        assertThat(volume.queuedBytes()).isZero();
        hangs = false;
        await(() -> volume.state() == StorageState.NORMAL);
        assertThat(writesClosed).isNull();
    }

    @Test
    void aFailedWriteIsTheEndOfWriting() throws Exception {
        attach(ArchiveRole.NONE, 1 << 20);
        commit("one");
        failing = "write";
        assertThatThrownBy(() -> commit("two")).isInstanceOf(IOException.class);
        failing = "";
        assertThatThrownBy(() -> commit("three")).isInstanceOf(IOException.class);
        assertThat(onDisk()).contains("one").doesNotContain("three");
    }

    @Test
    void withAnArchiveCommitsGoOnFromMemory() throws Exception {
        attach(ArchiveRole.STANDS_IN, 1 << 20);
        failing = "force";
        commit("two");
        commit("three");
        assertThat(archive.shipped).isEqualTo(archive.end);
        assertThat(volume.state()).isEqualTo(StorageState.STALLED);
        assertThat(volume.trouble()).isPresent();
        assertThat(writesClosed).isNull();
        assertThat(Volume.read(logFile())).asString().contains("two", "three");
    }

    @Test
    void aPolicyThatWantsBothFailsWithTheDisk() throws Exception {
        attach(ArchiveRole.REQUIRED, 1 << 20);
        commit("one");
        assertThat(archive.shipped).isEqualTo(archive.end);
        failing = "force";
        assertThatThrownBy(() -> commit("two")).isInstanceOf(IOException.class);
    }

    @Test
    void aFullDiskHealsWhenThereIsRoom() throws Exception {
        attach(ArchiveRole.NONE, 1 << 20);
        message = "No space left on device";
        failing = "write";
        CompletableFuture<Void> committed = CompletableFuture.runAsync(() -> commitNow("two"));
        await(() -> volume.trouble().filter(said -> said.contains("full")).isPresent());
        await(() -> volume.state() == StorageState.STALLED);
        assertThat(committed).isNotDone();
        failing = "";
        committed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(onDisk()).contains("two");
        await(() -> volume.state() == StorageState.NORMAL);
        assertThat(volume.trouble()).isEmpty();
    }

    @Test
    void whenNothingAnswersTheGateClosesAndOpensAgainByItself() throws Exception {
        attach(ArchiveRole.STANDS_IN, 1 << 20);
        commit("one");
        hangs = true;
        archive.answers = false;
        CompletableFuture<Void> committed = CompletableFuture.runAsync(() -> commitNow("two"));
        await(() -> volume.state() == StorageState.ISOLATED);
        await(() -> writesClosed != null);
        assertThat(writesClosed).contains("neither");
        assertThat(committed).isNotDone();
        archive.answers = true;
        committed.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await(() -> volume.state() == StorageState.STALLED && writesClosed == null);
        hangs = false;
        await(() -> volume.state() == StorageState.NORMAL);
    }

    @Test
    void theMemoryIsBounded() throws Exception {
        int max = 256 * 1024;
        attach(ArchiveRole.STANDS_IN, max);
        hangs = true;
        Node data = volume.tree().create(root.resolve("db/data"));
        VolumeAccess access = new VolumeAccess(volume, data, -1);
        AtomicInteger written = new AtomicInteger();
        CompletableFuture<Void> writer =
                CompletableFuture.runAsync(
                        () -> {
                            for (int page = 0; page < 200; page++) {
                                write(access, page);
                                written.incrementAndGet();
                            }
                        });
        await(() -> writesClosed != null);
        assertThat(writesClosed).contains("memory");
        await(() -> volume.queuedBytes() >= max);
        LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        assertThat(volume.queuedBytes()).isLessThan(max + 2 * 4096);
        assertThat(written.get()).isLessThan(200);
        // What is in memory is read from there, the hanging disk is not asked.
        byte[] page = new byte[4096];
        VolumeAccess reader = new VolumeAccess(volume, data, -1);
        reader.seek(3 * 4096L);
        reader.readFully(page);
        assertThat(page).containsOnly(3);
        hangs = false;
        writer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        await(() -> volume.queuedBytes() == 0 && writesClosed == null);
        assertThat(Files.size(root.resolve("db/data"))).isEqualTo(200 * 4096L);
    }

    @Test
    void aStopOnAHangingDiskGivesUpInTime() throws Exception {
        attach(ArchiveRole.STANDS_IN, 1 << 20);
        hangs = true;
        commit("one");
        long start = System.nanoTime();
        assertThat(volume.detach(Duration.ofMillis(300))).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private void attach(ArchiveRole role, long max) throws IOException {
        Path database = root.resolve("db");
        Files.createDirectories(database.resolve("log"));
        VolumeListener listener =
                new VolumeListener() {
                    @Override
                    public void closeWrites(String why) {
                        writesClosed = why;
                    }

                    @Override
                    public void openWrites() {
                        writesClosed = null;
                    }
                };
        VolumeSettings settings =
                new VolumeSettings(
                        role,
                        Duration.ofMillis(100),
                        Duration.ofMillis(600),
                        max,
                        Optional.empty());
        volume = Volume.attach(database, archive, settings, listener, disk(new RealDisk()));
        Node node = volume.tree().create(logFile());
        log = new VolumeAccess(volume, node, 1);
        log.write(new byte[LogScan.HEADER]);
        log.sync();
    }

    /** Fails or hangs before it does what the method that is named so does. */
    private Disk disk(Disk real) {
        return (Disk)
                Proxy.newProxyInstance(
                        Disk.class.getClassLoader(),
                        new Class<?>[] {Disk.class},
                        (proxy, method, arguments) -> {
                            while (hangs && !method.getName().equals("close")) {
                                LockSupport.parkNanos(1_000_000);
                            }
                            if (method.getName().equals("force")) {
                                forces.incrementAndGet();
                            }
                            if (method.getName().equals(failing)) {
                                throw new IOException(message);
                            }
                            return method.invoke(real, arguments);
                        });
    }

    private Path logFile() {
        return root.resolve("db/log/log1.dat");
    }

    private String onDisk() throws IOException {
        return Files.readString(logFile(), java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private void commit(String text) throws IOException {
        log.write(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        log.sync();
    }

    private void commitNow(String text) {
        try {
            commit(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void write(VolumeAccess access, int page) {
        try {
            byte[] bytes = new byte[4096];
            java.util.Arrays.fill(bytes, (byte) page);
            access.seek(page * 4096L);
            access.write(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    /** An archive that has everything at once, or nothing. */
    private static final class FakeArchive implements LogTap {
        private volatile LogPosition end = new LogPosition(0, 0);
        private volatile LogPosition shipped = end;
        private volatile boolean answers = true;

        @Override
        public void written(LogPosition at, byte[] bytes) {
            end = at.plus(bytes.length);
        }

        @Override
        public LogPosition forced() {
            return end;
        }

        @Override
        public void hurry() {
            if (answers) {
                shipped = end;
            }
        }

        @Override
        public boolean awaitShipped(LogPosition upTo, Duration timeout) {
            if (shipped.isBefore(upTo)) {
                LockSupport.parkNanos(timeout.toNanos());
            }
            return !shipped.isBefore(upTo);
        }

        @Override
        public boolean isOver() {
            return false;
        }
    }
}
