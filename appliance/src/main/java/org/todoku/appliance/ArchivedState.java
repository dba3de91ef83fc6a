package org.todoku.appliance;

import java.time.Instant;
import org.todoku.appliance.continuity.Continuity;
import org.todoku.appliance.web.SystemState;
import org.todoku.backup.BackupStatus;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.ship.FedStatus;
import org.todoku.backup.volume.DeviceStatus;

/** The state of the volume and the archive, as the pages show it. */
record ArchivedState(Continuity continuity) implements SystemState {
    @Override
    public Snapshot now() {
        BackupStatus status = continuity.status();
        Level level =
                switch (status.storage()) {
                    case NORMAL -> Level.NORMAL;
                    case SLOW -> Level.SLOW;
                    case STALLED -> Level.STALLED;
                    case ISOLATED -> Level.ISOLATED;
                };
        return new Snapshot(
                status.archive().map(BackupStatus.ArchiveStatus::epoch).orElse(0L),
                new Storage(
                        level,
                        status.forceP99().toNanos() / 1e6,
                        status.queuedBytes(),
                        status.trouble(),
                        status.device().map(ArchivedState::device)),
                status.archive().map(ArchivedState::archive),
                status.standbys().stream().map(ArchivedState::standby).toList());
    }

    private static Device device(DeviceStatus found) {
        Verdict verdict =
                switch (found.verdict()) {
                    case HANGS -> Verdict.HANGS;
                    case WORKS -> Verdict.WORKS;
                    case IDLE -> Verdict.IDLE;
                };
        return new Device(
                found.name(),
                verdict,
                found.inFlight(),
                found.perSecond(),
                found.quiet().toMillis(),
                found.line());
    }

    private static Standby standby(FedStatus fed) {
        return new Standby(
                fed.host(),
                fed.isFed(),
                fed.counts(),
                fed.silence().toMillis(),
                fed.lagP50().toNanos() / 1e6,
                fed.lagP99().toNanos() / 1e6,
                fed.trouble());
    }

    private static Archive archive(BackupStatus.ArchiveStatus archive) {
        Standing standing =
                switch (archive.standing()) {
                    case WRITER -> Standing.WRITER;
                    case NOT_ASKED -> Standing.NOT_ASKED;
                    case ENDED -> Standing.ENDED;
                };
        return new Archive(
                standing,
                archive.trouble(),
                archive.failedPuts(),
                archive.lagBytes(),
                archive.lag().toMillis(),
                archive.shipped().instant(),
                archive.lastBase(),
                archive.verified()
                        .map(v -> new Verified(Instant.parse(v.checked()), v.problems().size())),
                archive.expiryHeld(),
                archive.drill().map(ArchivedState::drilled));
    }

    private static Drilled drilled(Drill drill) {
        return new Drilled(
                Instant.parse(drill.begun()),
                drill.passed(),
                drill.recoverySeconds(),
                drill.recoveryPointSeconds());
    }
}
