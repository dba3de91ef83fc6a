package org.todoku.migrate.salvage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A row in one line for people. Of the tables that are known, what tells it from others; of any
 * other all columns. What is secret, and bytes, are left out.
 */
final class RowText {
    private static final int LONGEST = 60;
    private static final List<String> SECRET =
            List.of("PASSWORD_HASH", "HASH", "RAW", "CONTENT_HASH");

    private static final Map<String, List<String>> TELLING =
            Map.of(
                    "MEMBER", List.of("NAME", "KANA", "STATE", "JOINED"),
                    "CONTACT", List.of("MEMBER_ID", "ADDRESS", "STATE"),
                    "MESSAGE", List.of("SUBJECT", "AUTHOR", "STATE", "CREATED"),
                    "DELIVERY", List.of("MESSAGE_ID", "ADDRESS", "OUTCOME", "FINISHED_AT"),
                    "MESSAGE_READ", List.of("MESSAGE_ID", "MEMBER_ID", "READ_AT"),
                    "OUTGOING_MAIL", List.of("RECIPIENT", "SUBJECT", "OUTCOME"),
                    "INBOUND_MAIL",
                            List.of("ENVELOPE_FROM", "ENVELOPE_TO", "SUBJECT", "STATE", "RECEIVED"),
                    "AUDIT", List.of("HAPPENED", "ACTOR", "ACT", "DETAIL"));

    private static final List<String> TIMES =
            List.of(
                    "JOINED",
                    "LEFT_AT",
                    "CREATED",
                    "FINISHED_AT",
                    "CLAIMED_AT",
                    "READ_AT",
                    "RECEIVED",
                    "HAPPENED",
                    "SEND_AT");

    private RowText() {}

    static String of(
            String table,
            String change,
            @Nullable Map<String, @Nullable Object> row,
            @Nullable Map<String, @Nullable Object> before) {
        Map<String, @Nullable Object> shown = row != null ? row : before;
        if (shown == null) {
            throw new IllegalArgumentException("neither a row nor what was before");
        }
        List<String> words = new ArrayList<>();
        for (String column : TELLING.getOrDefault(table, List.copyOf(shown.keySet()))) {
            if (!SECRET.contains(column) && shown.get(column) != null) {
                words.add(name(column) + " " + value(column, shown.get(column)));
            }
        }
        if (row != null && before != null) {
            row.forEach(
                    (column, value) -> {
                        if (!SECRET.contains(column)
                                && !Objects.equals(value, before.get(column))) {
                            words.add(
                                    "[%s: %s → %s]"
                                            .formatted(
                                                    name(column),
                                                    value(column, before.get(column)),
                                                    value(column, value)));
                        }
                    });
        }
        return "%-8s %s: %s".formatted(change, name(table), String.join(", ", words));
    }

    private static String name(String column) {
        return column.toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String value(String column, @Nullable Object value) {
        if (value instanceof Long millis && TIMES.contains(column)) {
            return Instant.ofEpochMilli(millis).toString();
        }
        String text = String.valueOf(value).replaceAll("\\s+", " ");
        return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
    }
}
