package org.todoku.appliance.message;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.dmfs.rfc5545.DateTime;
import org.dmfs.rfc5545.recur.Freq;
import org.dmfs.rfc5545.recur.InvalidRecurrenceRuleException;
import org.dmfs.rfc5545.recur.RecurrenceRule;
import org.dmfs.rfc5545.recur.RecurrenceRule.Part;
import org.dmfs.rfc5545.recur.RecurrenceRuleIterator;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * How a message is repeated.
 *
 * @param rule a recurrence rule of RFC 5545, section 3.3.10: daily, weekly, monthly or yearly;
 *     reckoned in Japan's time
 */
public record Recurrence(String rule) {
    private static final int MAX = 100;
    private static final Set<Freq> OFTEN = Set.of(Freq.HOURLY, Freq.MINUTELY, Freq.SECONDLY);
    private static final TimeZone ZONE = TimeZone.getTimeZone("Asia/Tokyo");

    public Recurrence {
        if (rule.length() > MAX) {
            throw wrong(rule, "it is longer than " + MAX + " characters");
        }
        if (isOften(parse(rule))) {
            throw wrong(rule, "it may repeat more often than once a day");
        }
    }

    /** Asked of a rule that is there: the library's parts are made only after its rules. */
    private static boolean isOften(RecurrenceRule rule) {
        return OFTEN.contains(rule.getFreq())
                || Stream.of(Part.BYHOUR, Part.BYMINUTE, Part.BYSECOND).anyMatch(rule::hasPart);
    }

    /** The first time after this one, counted from the first of all. */
    public Optional<Instant> next(Instant first, Instant after) {
        List<Instant> found = between(first, after, Instant.MAX, 1);
        return found.isEmpty() ? Optional.empty() : Optional.of(found.getFirst());
    }

    /**
     * The times after one and up to another.
     *
     * @param most so many of them at most, the earliest
     */
    public List<Instant> between(Instant first, Instant after, Instant upTo, int most) {
        try {
            return search(first, after, upTo, most);
        } catch (IllegalArgumentException e) {
            // The library gives up on the 30th of February.
            throw wrong(rule, "it names no time that ever comes: " + e.getMessage());
        }
    }

    private List<Instant> search(Instant first, Instant after, Instant upTo, int most) {
        List<Instant> found = new ArrayList<>();
        RecurrenceRuleIterator times =
                parse(rule).iterator(new DateTime(ZONE, first.toEpochMilli()));
        if (after.isAfter(first)) {
            times.fastForward(new DateTime(ZONE, after.toEpochMilli()));
        }
        while (times.hasNext() && found.size() < most) {
            Instant time = Instant.ofEpochMilli(times.nextMillis());
            if (time.isAfter(upTo)) {
                break;
            }
            if (time.isAfter(after)) {
                found.add(time);
            }
        }
        return found;
    }

    private static RecurrenceRule parse(String rule) {
        try {
            return new RecurrenceRule(rule, RecurrenceRule.RfcMode.RFC5545_STRICT);
        } catch (InvalidRecurrenceRuleException | IllegalArgumentException e) {
            throw wrong(rule, "it is no recurrence rule: " + e.getMessage());
        }
    }

    private static FaultException wrong(String rule, String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "repeat the message by \"" + rule + "\"",
                why,
                "write one as FREQ=WEEKLY;BYDAY=MO (RFC 5545 section 3.3.10)");
    }
}
