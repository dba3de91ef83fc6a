package org.todoku.migrate.watch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Drills;
import org.todoku.backup.archive.Verification;

/** The archive itself: its heartbeat, bases, drills and verifications. Lists at each look. */
public record ArchiveSource(Archive archive) implements Source {
    @Override
    public Sighting look() {
        List<BaseManifest> bases = archive.bases();
        List<Verification> verified = archive.verifications();
        return new Sighting(
                archive.heartbeat().map(beat -> Instant.parse(beat.time())),
                "normal",
                Optional.empty(),
                !verified.isEmpty() && !verified.getLast().isWhole(),
                bases.isEmpty()
                        ? Optional.empty()
                        : Optional.of(Instant.parse(bases.getLast().taken())),
                new Drills(archive)
                        .newest()
                        .filter(Drill::passed)
                        .map(d -> Instant.parse(d.begun())),
                false);
    }

    @Override
    public String name() {
        return archive.location();
    }

    @Override
    public void close() {
        archive.close();
    }
}
