package org.todoku.backup.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseIndex;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.BaseManifest.BaseFile;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.Sha256;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.MemoryObjects;
import org.todoku.backup.volume.LogPosition;

/**
 * Bases whose seals hold and whose parts do not fit together: a fault of the one who wrote them.
 */
class BaseProofTest {
    private static final int BLOCKS = 150;
    private static final String NAME = "seg0/c10.dat";

    @TempDir Path root;

    private final byte[] file = new byte[BLOCKS * BaseManifest.BLOCK - 7];

    @SuppressWarnings("NullAway.Init") // before each test
    private Archive archive;

    @BeforeEach
    void openArchive() {
        new Random(11).nextBytes(file);
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        archive = Archive.openOrCreate(new MemoryObjects(), key, InstantSource.system());
        archive.claim(
                new Epoch(1, "me", "here", "", Optional.empty(), "2026-11-26T00:00:00Z", "test"));
    }

    @Test
    void aBaseThatFitsIsWrittenWhole() throws Exception {
        write(file, marks());
        restore();
        assertThat(root.resolve("db").resolve(NAME)).hasBinaryContent(file);
    }

    @Test
    void aBlockThatIsNotTheOneThatTheIndexNamesIsRefused() {
        byte[] other = file.clone();
        other[100 * BaseManifest.BLOCK + 5] ^= 1;
        write(other, marks());
        assertRefused("block 100 of its file " + NAME);
    }

    @Test
    void twoBlocksThatChangedPlacesAreRefused() {
        byte[] mixed = file.clone();
        System.arraycopy(file, 0, mixed, BaseManifest.BLOCK, BaseManifest.BLOCK);
        System.arraycopy(file, BaseManifest.BLOCK, mixed, 0, BaseManifest.BLOCK);
        write(mixed, marks());
        assertRefused("block 0 of its file " + NAME);
    }

    @Test
    void aPackThatIsTooShortIsRefused() {
        write(Arrays.copyOf(file, file.length - 1), marks());
        assertRefused("another length");
    }

    @Test
    void aPackWithMoreThanItsIndexNamesIsRefused() {
        write(Arrays.copyOf(file, file.length + 1), marks());
        assertRefused("another length");
    }

    private byte[] marks() {
        byte[] marks = new byte[BLOCKS * BaseIndex.MARK];
        for (int block = 0; block < BLOCKS; block++) {
            int from = block * BaseManifest.BLOCK;
            int to = Math.min(file.length, from + BaseManifest.BLOCK);
            byte[] mark = BaseIndex.mark(file, from, to - from);
            System.arraycopy(mark, 0, marks, block * BaseIndex.MARK, BaseIndex.MARK);
        }
        return marks;
    }

    /** One pack with these bytes, whatever its manifest and index say of it. */
    private void write(byte[] pack, byte[] marks) {
        String id = "00000001-1";
        archive.putPack(id, 1, pack);
        archive.putIndex(id, new BaseIndex(List.of(new BaseIndex.Run(0, 0, marks))));
        LogPosition end = new LogPosition(1, 24);
        archive.put(
                new BaseManifest(
                        id,
                        "2026-11-26T00:00:01Z",
                        "test",
                        Optional.empty(),
                        0,
                        new ForkPoint(1, 0, "", end),
                        1,
                        end,
                        List.of((long) file.length),
                        List.of(new BaseFile(NAME, file.length, Sha256.hex(file)))));
    }

    private void restore() throws Exception {
        RestorePlan plan = RestorePlan.of(Chain.read(archive), archive.bases(), Optional.empty());
        Path target = root.resolve("db");
        RestoreJournal journal = RestoreJournal.open(target, plan.base().id());
        new BaseRestore(archive, target, journal, new TestDatabase.Silent()).run(plan);
        assertThat(Files.exists(target)).isTrue();
    }

    private void assertRefused(String says) {
        assertThatThrownBy(this::restore)
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> {
                            assertThat(e.fault()).isEqualTo(BackupFault.OBJECT_DAMAGED);
                            assertThat(e).hasMessageContaining(says);
                        });
    }
}
