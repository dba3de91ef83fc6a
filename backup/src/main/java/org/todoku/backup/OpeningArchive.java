package org.todoku.backup;

import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import org.todoku.backup.BackupConfig.ArchiveSettings;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.ProbeVerdict;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.BucketProbe;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.restore.NodeFile;

/** How a writer opens its archive: makes it where there is none and there never was one. */
final class OpeningArchive {
    private static final System.Logger LOG = System.getLogger(OpeningArchive.class.getName());

    private OpeningArchive() {}

    /** A new archive is made only together with what a probe finds out about its store. */
    static Archive open(
            BackupConfig config, ArchiveSettings settings, ObjectStore store, InstantSource clock) {
        ArchiveKey key = key(settings, store);
        boolean isNew = !Archive.exists(store);
        List<BucketProbe.Check> checks = isNew ? new BucketProbe(store, clock).run() : List.of();
        Archive archive = Archive.openOrCreate(store, key, clock);
        if (isNew) {
            archive.put(new ProbeVerdict(clock.instant().toString(), config.version(), checks));
        }
        archive.verdict()
                .flatMap(ProbeVerdict::failed)
                .ifPresent(
                        check ->
                                LOG.log(
                                        Level.WARNING,
                                        "the archive''s store does not keep ''{0}'' ({1}): it cannot"
                                                + " fence a host out, so a takeover will ask whether"
                                                + " this host is switched off",
                                        check.name(),
                                        check.seen()));
        return archive;
    }

    /** A new archive gets a new key; the key of one that exists is never made up. */
    private static ArchiveKey key(ArchiveSettings settings, ObjectStore store) {
        if (!Files.exists(settings.keyFile()) && !Archive.exists(store)) {
            ArchiveKey.generate(new SecureRandom()).write(settings.keyFile());
            LOG.log(
                    Level.WARNING,
                    "made the archive key {0}: print the recovery kit now (todoku-migrate kit), for"
                            + " without the key the archive cannot be opened",
                    settings.keyFile());
        }
        return ArchiveKey.read(settings.keyFile());
    }

    /** An archive that was there is not made anew because its folder is not mounted. */
    static void mustBeThere(ArchiveSettings settings, NodeFile node, ObjectStore store) {
        boolean known = node.term().filter(term -> term.isIn(settings.location())).isPresent();
        if (known && !Archive.exists(store)) {
            throw new BackupException(
                    BackupFault.STORE_UNREACHABLE,
                    "opening the archive " + store.location(),
                    "there is none, and this directory has written to it before",
                    "is its folder mounted? If it was deleted on purpose, configure another place");
        }
    }
}
