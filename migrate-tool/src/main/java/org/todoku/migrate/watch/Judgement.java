package org.todoku.migrate.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.todoku.appliance.continuity.outside.OutsideState;

/**
 * Turns what is seen into alarms. Silence is how long the sign of life has not changed, by this
 * machine's monotonic clock; only at the first look is the server's clock compared with this one,
 * and then with ten minutes of doubt. Not thread-safe.
 */
final class Judgement {
    static final Duration BASE_AGE = Duration.ofDays(1);
    static final Duration DRILL_AGE = Duration.ofDays(7);
    static final Duration LAG = Duration.ofMinutes(1);

    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(10);

    /** One look in vain is no news: networks hiccup. */
    private static final int UNREAD_IN_A_ROW = 3;

    private Optional<Instant> beat = Optional.empty();
    private boolean seen;
    private long changedNanos;
    private boolean silentFromTheStart;
    private int unread;
    private Set<Alarm> last = EnumSet.noneOf(Alarm.class);

    /** Nothing could be read this time. */
    Set<Alarm> unread() {
        unread++;
        if (unread >= UNREAD_IN_A_ROW) {
            last.add(Alarm.UNREAD);
        }
        return Set.copyOf(last);
    }

    /**
     * @param nowNanos of the monotonic clock
     */
    Set<Alarm> judge(Sighting sighting, long nowNanos, Instant now) {
        unread = 0;
        notice(sighting, nowNanos, now);
        EnumSet<Alarm> alarms = EnumSet.noneOf(Alarm.class);
        boolean stopped = sighting.state().equals("stopped");
        boolean silent =
                silentFromTheStart || nowNanos - changedNanos > OutsideState.SILENT.toNanos();
        if (silent && !stopped) {
            alarms.add(Alarm.SILENT);
        }
        switch (sighting.state()) {
            case "isolated" -> alarms.add(Alarm.ISOLATED);
            case "stalled" -> alarms.add(Alarm.STALLED);
            default -> {}
        }
        if (sighting.lag().filter(lag -> lag.compareTo(LAG) > 0).isPresent()) {
            alarms.add(Alarm.LAG);
        }
        if (sighting.damaged()) {
            alarms.add(Alarm.DAMAGED);
        }
        if (isOlder(sighting.lastBase(), BASE_AGE, now)) {
            alarms.add(Alarm.BASE);
        }
        if (isOlder(sighting.lastDrill(), DRILL_AGE, now)) {
            alarms.add(Alarm.DRILL);
        }
        if (sighting.mailTroubled()) {
            alarms.add(Alarm.MAIL);
        }
        last = alarms;
        return Set.copyOf(alarms);
    }

    private void notice(Sighting sighting, long nowNanos, Instant now) {
        if (!seen) {
            silentFromTheStart =
                    sighting.beat().map(at -> at.plus(CLOCKS_DIFFER).isBefore(now)).orElse(true);
        }
        if (!seen || !sighting.beat().equals(beat)) {
            silentFromTheStart &= !seen;
            changedNanos = nowNanos;
        }
        seen = true;
        beat = sighting.beat();
    }

    private static boolean isOlder(Optional<Instant> at, Duration age, Instant now) {
        return at.map(time -> time.plus(age).isBefore(now)).orElse(true);
    }
}
