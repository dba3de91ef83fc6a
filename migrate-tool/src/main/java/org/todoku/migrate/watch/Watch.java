package org.todoku.migrate.watch;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.fault.BackupException;

/**
 * Looks, judges, and tells people of each change; what could not be told is told at the next look.
 * One thread.
 */
public final class Watch {
    private final Source source;
    private final List<Way> ways = new ArrayList<>();
    private final Consumer<String> said;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Judgement judgement = new Judgement();

    /**
     * @param said told each line that belongs on the terminal
     */
    public Watch(
            Source source,
            List<Alerts> people,
            Consumer<String> said,
            InstantSource clock,
            LongSupplier nanos) {
        this.source = source;
        ways.add(new Way(alert -> said.accept(alert.line())));
        people.forEach(alerts -> ways.add(new Way(alerts)));
        this.said = said;
        this.clock = clock;
        this.nanos = nanos;
    }

    /**
     * Looks once.
     *
     * @return what is wrong now
     */
    public Set<Alarm> look() {
        Instant now = clock.instant();
        Set<Alarm> alarms;
        try {
            alarms = judgement.judge(source.look(), nanos.getAsLong(), now);
        } catch (FaultException | BackupException e) {
            said.accept("cannot look: " + e.getMessage());
            alarms = judgement.unread();
        }
        for (Way way : ways) {
            change(alarms, way.told, now).ifPresent(alert -> tell(way, alert));
        }
        return alarms;
    }

    private Optional<Alert> change(Set<Alarm> alarms, Set<Alarm> before, Instant now) {
        if (alarms.equals(before)) {
            return Optional.empty();
        }
        EnumSet<Alarm> again = EnumSet.noneOf(Alarm.class);
        again.addAll(before);
        again.removeAll(alarms);
        return Optional.of(new Alert(now, source.name(), alarms, again));
    }

    private void tell(Way way, Alert alert) {
        try {
            way.alerts.tell(alert);
            way.told = alert.wrong();
        } catch (FaultException e) {
            said.accept("nobody was told that way, trying again: " + e.getMessage());
        }
    }

    /** What somebody was told last. */
    private static final class Way {
        private final Alerts alerts;
        private Set<Alarm> told = Set.of();

        Way(Alerts alerts) {
            this.alerts = alerts;
        }
    }
}
