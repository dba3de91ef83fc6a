package org.todoku.backup.archive;

import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import org.todoku.backup.objects.ObjectInfo;

/** The objects {@code drill/…}: what drills came to. Thread-safe. */
public final class Drills {
    private static final String PREFIX = "drill/";

    private final Archive archive;

    public Drills(Archive archive) {
        this.archive = archive;
    }

    public void put(Drill drill) {
        long millis = Instant.parse(drill.begun()).toEpochMilli();
        archive.create(PREFIX + "%013d".formatted(millis), Json.write(drill));
    }

    /** The last one, by anybody, whether it passed or not. Lists. */
    public Optional<Drill> newest() {
        return archive.store().list(PREFIX).stream()
                .map(ObjectInfo::key)
                .max(Comparator.naturalOrder())
                .map(key -> Archive.parse(key, archive.read(key), Drill.class));
    }
}
