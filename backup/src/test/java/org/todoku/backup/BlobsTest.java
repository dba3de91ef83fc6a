package org.todoku.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BlobObjects;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.bench.FrozenFileSystem;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.FolderObjects;

class BlobsTest {
    @TempDir Path root;

    private final byte[] poster = content(300_000, 1);
    private final AtomicReference<Optional<BlobObjects>> archive =
            new AtomicReference<>(Optional.empty());
    private final AtomicBoolean hangs = new AtomicBoolean();
    private BlobObjects objects;

    @BeforeEach
    void openArchive() {
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        objects =
                Archive.openOrCreate(
                                new FolderObjects(root.resolve("archive")),
                                key,
                                InstantSource.system())
                        .blobs();
    }

    @Test
    void aFileIsKeptTwiceAndFetchedWhereItIsLacking() throws Exception {
        archive.set(Optional.of(objects));
        String name;
        try (Blobs blobs = open("a", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            name = blobs.put(poster);
            assertThat(blobs.put(poster)).isEqualTo(name);
        }
        assertThat(name).isEqualTo(Sha256.hex(poster));
        assertThat(objects.names()).containsExactly(name);
        assertThat(filesIn("a")).isEqualTo(1);
        assertThat(sealed(name)).doesNotContain(new String(poster, 0, 40, StandardCharsets.UTF_8));

        // A new host has nothing and asks once; after that its disk has it.
        try (Blobs blobs = open("b", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            assertThat(blobs.get(name)).contains(poster);
            await(() -> filesIn("b") == 1);
            assertThat(blobs.get(Sha256.hex(new byte[1]))).isEmpty();
        }
        archive.set(Optional.empty());
        try (Blobs blobs = open("b", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            assertThat(blobs.get(name)).contains(poster);
        }
    }

    @Test
    void whatTheArchiveDidNotGetIsBroughtThereLater() {
        try (Blobs blobs = open("a", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            blobs.put(poster);
            assertThat(blobs.owed()).isEqualTo(1);
        }
        assertThat(objects.names()).isEmpty();
        // The next start knows of it by comparing.
        archive.set(Optional.of(objects));
        try (Blobs blobs = open("a", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            await(() -> objects.names().size() == 1 && blobs.owed() == 0);
        }
    }

    @Test
    void withBothRequiredNothingCountsWithoutTheArchive() {
        try (Blobs blobs = open("a", ForcePolicy.LOCAL_AND_ARCHIVE)) {
            assertThatThrownBy(() -> blobs.put(poster)).isInstanceOf(BackupException.class);
        }
    }

    @Test
    void aDamagedFileIsFetchedAnewAndADamagedObjectIsNamed() throws Exception {
        archive.set(Optional.of(objects));
        String name;
        try (Blobs blobs = open("a", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            name = blobs.put(poster);
        }
        flip(root.resolve("a").resolve(name.substring(0, 2)).resolve(name));
        try (Blobs blobs = open("a", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            assertThat(blobs.get(name)).contains(poster);
        }
        flip(root.resolve("archive/blob").resolve(name));
        try (Blobs blobs = open("b", ForcePolicy.LOCAL_OR_ARCHIVE)) {
            assertThatThrownBy(() -> blobs.get(name))
                    .isInstanceOfSatisfying(
                            BackupException.class,
                            e -> assertThat(e.fault()).isEqualTo(BackupFault.OBJECT_DAMAGED))
                    .hasMessageContaining("blob/" + name);
        }
    }

    @Test
    void whileTheDiskIsFrozenFilesComeAndGo() throws Exception {
        try (FrozenFileSystem disk = mount(root.resolve("a"))) {
            archive.set(Optional.of(objects));
            Blobs blobs = open("a/blobs", ForcePolicy.LOCAL_OR_ARCHIVE);
            String before = blobs.put(poster);
            disk.freeze(Duration.ofMinutes(1));
            hangs.set(true);
            String during;
            try {
                long started = System.nanoTime();
                during = blobs.put(content(200_000, 2));
                Duration took = Duration.ofNanos(System.nanoTime() - started);
                System.err.printf("figure: a file put on a frozen disk: %d ms%n", took.toMillis());
                assertThat(took).isLessThan(Duration.ofSeconds(5));
                assertThat(objects.names()).contains(during);
                assertThat(blobs.get(during)).isPresent();
                assertThat(blobs.get(before)).isPresent();
            } finally {
                disk.thaw();
            }
            hangs.set(false);
            await(() -> filesIn("a/blobs") == 2);
            blobs.close();
        }
    }

    /** Skips the test aloud where that cannot be done. */
    private static FrozenFileSystem mount(Path folder) {
        try {
            return FrozenFileSystem.mount(folder);
        } catch (IOException e) {
            System.err.println("SKIPPED: " + e.getMessage());
            return Assumptions.abort(e.getMessage());
        }
    }

    private Blobs open(String folder, ForcePolicy policy) {
        return new Blobs(
                new Blobs.Home(root.resolve(folder), policy, true, archive::get, hangs::get));
    }

    private int filesIn(String folder) {
        try {
            return new BlobFolder(root.resolve(folder)).names().size();
        } catch (IOException e) {
            return 0;
        }
    }

    private String sealed(String name) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("archive/blob"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(1);
        }
        return Files.readString(
                root.resolve("archive/blob").resolve(name), StandardCharsets.ISO_8859_1);
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static byte[] content(int length, int seed) {
        byte[] bytes = new byte[length];
        new java.util.Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static void await(BooleanSupplier there) {
        long deadline = System.nanoTime() + TestDatabase.PATIENCE.toNanos();
        while (!there.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
        }
    }
}
