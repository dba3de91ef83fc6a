package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.objects.StoreLocation;

class ArchiveKeyTest {
    @TempDir Path root;

    @Test
    void survivesBeingTypedOffPaper() {
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        String typed = key.text().toUpperCase(Locale.ROOT).replace("-", "-\n ");
        assertThat(ArchiveKey.parse(typed, "kit").text()).isEqualTo(key.text());
        assertThat(key.toString()).doesNotContain(key.text().substring(20, 30));
    }

    @Test
    void readsAKitAsItIsTypedOffPaper() throws Exception {
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        RecoveryKit kit = new RecoveryKit(StoreLocation.of("s3://b/p", null, "r", true), key);
        String typed = kit.text().replaceFirst("-(....-....)\n", "-\n  $1\n");
        assertThat(typed).isNotEqualTo(kit.text());
        Path file = Files.writeString(root.resolve("kit.txt"), typed);
        assertThat(RecoveryKit.read(file).text()).isEqualTo(kit.text());
    }

    @Test
    void noticesATypingError() {
        String text = ArchiveKey.generate(new SecureRandom()).text();
        char wrong = text.charAt(20) == 'a' ? 'b' : 'a';
        String mistyped = text.substring(0, 20) + wrong + text.substring(21);
        assertThatThrownBy(() -> ArchiveKey.parse(mistyped, "kit"))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> assertThat(e.fault()).isEqualTo(BackupFault.KEY_UNREADABLE));
    }

    @Test
    void isReadableByItsOwnerOnlyAndNeverReplaced() throws Exception {
        Path file = root.resolve("key");
        ArchiveKey.generate(new SecureRandom()).write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String before = Files.readString(file);
        assertThatThrownBy(() -> ArchiveKey.generate(new SecureRandom()).write(file))
                .isInstanceOf(BackupException.class);
        assertThat(Files.readString(file)).isEqualTo(before);
    }

    @Test
    void anotherKeyDoesNotOpenTheArchive() {
        var store = new FolderObjects(root.resolve("archive"));
        ArchiveKey right = ArchiveKey.generate(new SecureRandom());
        Archive.openOrCreate(store, right, InstantSource.system()).close();
        ArchiveKey wrong = ArchiveKey.generate(new SecureRandom());
        assertThatThrownBy(() -> Archive.open(store, wrong))
                .isInstanceOfSatisfying(
                        BackupException.class,
                        e -> assertThat(e.fault()).isEqualTo(BackupFault.WRONG_KEY));
    }
}
