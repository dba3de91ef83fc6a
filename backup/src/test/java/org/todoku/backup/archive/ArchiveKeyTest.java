package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
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
    void readsTheWordsWithFourLettersEach() throws Exception {
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        StringBuilder typed = new StringBuilder("archive: s3://b/p\n");
        for (int row = 0; row < 4; row++) {
            typed.append("words ").append(row + 1).append(":");
            for (String word : key.words().subList(row * 6, row * 6 + 6)) {
                String letters = word.substring(0, Math.min(4, word.length()));
                typed.append(' ').append(letters.toUpperCase(Locale.ROOT));
            }
            typed.append('\n');
        }
        Path file = Files.writeString(root.resolve("kit.txt"), typed.toString());
        assertThat(RecoveryKit.read(file).key().text()).as(typed.toString()).isEqualTo(key.text());
    }

    @Test
    void refusesWordsThatDoNotFitTogether() throws Exception {
        ArchiveKey key = ArchiveKey.generate(new SecureRandom());
        assertThat(key.words()).hasSize(24);
        int refused = 0;
        for (int i = 1; i < 24; i++) {
            List<String> swapped = new ArrayList<>(key.words());
            Collections.swap(swapped, 0, i);
            try {
                assertThat(ArchiveKey.ofWords(swapped, "kit").text()).isNotEqualTo(key.text());
            } catch (BackupException e) {
                assertThat(e.fault()).isEqualTo(BackupFault.KEY_UNREADABLE);
                refused++;
            }
        }
        // Eight bits of checksum: of 23 swaps on average 0.09 pass it.
        assertThat(refused).isGreaterThanOrEqualTo(20);
        List<String> unknown = new ArrayList<>(key.words());
        unknown.set(4, "todoku");
        assertThatThrownBy(() -> ArchiveKey.ofWords(unknown, "kit"))
                .hasMessageContaining("word 5, 'todoku'");
    }

    @Test
    void refusesAKitWhoseKeyAndWordsDiffer() throws Exception {
        StoreLocation place = StoreLocation.of("s3://b/p", null, "r", true);
        String one = new RecoveryKit(place, ArchiveKey.generate(new SecureRandom())).page();
        String other = new RecoveryKit(place, ArchiveKey.generate(new SecureRandom())).text();
        String mixed = other + one.substring(one.indexOf("words 1"));
        Path file = Files.writeString(root.resolve("kit.txt"), mixed);
        assertThatThrownBy(() -> RecoveryKit.read(file)).hasMessageContaining("two different keys");
    }

    @Test
    void aReplacedKeyOpensNothingAndTheNextOpensAll() {
        var store = new FolderObjects(root.resolve("archive"));
        ArchiveKey first = ArchiveKey.generate(new SecureRandom());
        ArchiveKey next = ArchiveKey.generate(new SecureRandom());
        try (Archive archive = Archive.openOrCreate(store, first, InstantSource.system())) {
            archive.putCapsule(1, Capsule.empty("before"));
            archive.rotate(next, InstantSource.system());
            // A host that has not been restarted yet goes on.
            archive.putCapsule(2, Capsule.empty("meanwhile"));
        }
        assertThatThrownBy(() -> Archive.open(store, first))
                .hasMessageContaining("this key was replaced on");
        try (Archive archive = Archive.open(store, next)) {
            archive.putCapsule(3, Capsule.empty("after"));
            for (int epoch = 1; epoch <= 3; epoch++) {
                assertThat(archive.capsule(epoch)).isPresent();
            }
        }
        byte[] before = store.get("capsule/00000002").orElseThrow();
        byte[] after = store.get("capsule/00000003").orElseThrow();
        // Bytes 1 to 4 name the key that sealed it.
        assertThat(Arrays.copyOfRange(after, 1, 5)).isNotEqualTo(Arrays.copyOfRange(before, 1, 5));
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
