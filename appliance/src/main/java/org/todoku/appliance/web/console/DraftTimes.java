package org.todoku.appliance.web.console;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.todoku.appliance.message.Recurrence;
import org.todoku.appliance.message.WhenLate;
import org.todoku.appliance.web.Form;

/**
 * When a message is to be sent, as it stands in the form, right or wrong; dates and times as the
 * browser's fields give them, in Japan's time.
 *
 * @param sendAt empty for at once
 * @param mark whether it is sent late rather than not at all
 * @param rhythm daily, weekdays, weekly or monthly, or empty
 * @param until the last day on which it is repeated; empty for without end
 */
public record DraftTimes(
        String sendAt, String notAfter, boolean mark, String rhythm, String until) {
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final DateTimeFormatter UNTIL =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    static DraftTimes empty() {
        return new DraftTimes("", "", false, "", "");
    }

    static DraftTimes of(Form form) {
        return new DraftTimes(
                form.text("sendAt"),
                form.text("notAfter"),
                form.text("whenLate").equals(WhenLate.MARK.code()),
                form.text("rhythm"),
                form.text("until"));
    }

    /** The key of the text that says what is wrong; empty when nothing is. */
    String problem(Instant now) {
        try {
            if (end().filter(time -> !time.isAfter(now)).isPresent()) {
                return "compose.problem.past";
            }
            if (start().filter(time -> !time.isAfter(now)).isPresent()) {
                return "compose.problem.start";
            }
            Optional<Instant> end = end();
            if (start().filter(s -> end.filter(e -> !s.isBefore(e)).isPresent()).isPresent()) {
                return "compose.problem.order";
            }
            repeat(now);
            return "";
        } catch (DateTimeParseException e) {
            return "compose.problem.time";
        }
    }

    /** When it is to leave. */
    public Optional<Instant> start() {
        return time(sendAt);
    }

    Optional<Instant> end() {
        return time(notAfter);
    }

    WhenLate whenLate() {
        return mark ? WhenLate.MARK : WhenLate.DROP;
    }

    /** By which it is repeated. */
    Optional<Recurrence> repeat(Instant now) {
        LocalDate first = start().orElse(now).atZone(ZONE).toLocalDate();
        String rule =
                switch (rhythm) {
                    case "daily" -> "FREQ=DAILY";
                    case "weekdays" -> "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR";
                    case "weekly" -> "FREQ=WEEKLY";
                    case "monthly" -> monthly(first.getDayOfMonth());
                    default -> "";
                };
        return rule.isEmpty() ? Optional.empty() : Optional.of(new Recurrence(rule + lastDay()));
    }

    /** On the last day of a month that does not have this one. */
    private static String monthly(int day) {
        StringBuilder days = new StringBuilder("28");
        for (int later = 29; later <= day; later++) {
            days.append(',').append(later);
        }
        return day <= 28
                ? "FREQ=MONTHLY;BYMONTHDAY=" + day
                : "FREQ=MONTHLY;BYMONTHDAY=" + days + ";BYSETPOS=-1";
    }

    private String lastDay() {
        return until.isEmpty()
                ? ""
                : ";UNTIL="
                        + UNTIL.format(
                                LocalDate.parse(until).atTime(LocalTime.of(23, 59)).atZone(ZONE));
    }

    private static Optional<Instant> time(String text) {
        return text.isEmpty()
                ? Optional.empty()
                : Optional.of(LocalDateTime.parse(text).atZone(ZONE).toInstant());
    }
}
