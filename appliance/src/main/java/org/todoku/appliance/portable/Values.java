package org.todoku.appliance.portable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.store.Row;

/** Values as the database, the lines of the file, and this package between them have them. */
final class Values {
    static final JsonMapper JSON = new JsonMapper();

    /** Always three digits, so that texts sort as times do. */
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private Values() {}

    /** A column as text; null when there is nothing. */
    static @Nullable String text(Row row, Field field) {
        return switch (field.kind()) {
            case ID, REFERENCE, NUMBER -> Long.toString(row.longValue(field.column()));
            case OPTIONAL_REFERENCE ->
                    row.optionalLong(field.column()).map(number -> "" + number).orElse(null);
            case TEXT, LINES, AUDIENCE, UNIQUE -> row.text(field.column());
            case OPTIONAL_TEXT -> row.optionalText(field.column()).orElse(null);
            case TIME -> time(row.instant(field.column()));
            case OPTIONAL_TIME ->
                    row.optionalInstant(field.column()).map(Values::time).orElse(null);
            case FLAG -> Boolean.toString(row.bool(field.column()));
            case ORGANISATION, BYTES, ADDRESS_KEY, FIXED ->
                    throw new IllegalArgumentException(field.column() + " is in no line");
        };
    }

    static String time(Instant time) {
        return TIME.format(time);
    }

    /** Puts a value into the object of a line. */
    static void put(ObjectNode line, Field field, @Nullable String text) {
        if (text == null) {
            return;
        }
        switch (field.kind()) {
            case NUMBER -> line.put(field.name(), Long.parseLong(text));
            case FLAG -> line.put(field.name(), Boolean.parseBoolean(text));
            case LINES -> {
                ArrayNode array = line.putArray(field.name());
                lines(text).forEach(array::add);
            }
            case AUDIENCE -> line.set(field.name(), parsed(text));
            case ID,
                    REFERENCE,
                    OPTIONAL_REFERENCE,
                    TEXT,
                    OPTIONAL_TEXT,
                    TIME,
                    OPTIONAL_TIME,
                    UNIQUE ->
                    line.put(field.name(), text);
            case ORGANISATION, BYTES, ADDRESS_KEY, FIXED ->
                    throw new IllegalArgumentException(field.column() + " is in no line");
        }
    }

    /** The same back; empty when the value is of a wrong kind. */
    static Optional<String> text(JsonNode value, Field field) {
        boolean fits =
                switch (field.kind()) {
                    case NUMBER -> value.isIntegralNumber() && value.canConvertToLong();
                    case FLAG -> value.isBoolean();
                    case LINES -> value.isArray() && allTexts(value);
                    case AUDIENCE -> value.isObject();
                    case ID,
                            REFERENCE,
                            OPTIONAL_REFERENCE,
                            TEXT,
                            OPTIONAL_TEXT,
                            TIME,
                            OPTIONAL_TIME,
                            UNIQUE,
                            ORGANISATION,
                            BYTES,
                            ADDRESS_KEY,
                            FIXED ->
                            value.isTextual();
                };
        if (!fits) {
            return Optional.empty();
        }
        return Optional.of(
                switch (field.kind()) {
                    case LINES -> joined(value);
                    case AUDIENCE -> value.toString();
                    default -> value.asText();
                });
    }

    private static boolean allTexts(JsonNode array) {
        for (JsonNode one : array) {
            if (!one.isTextual() || one.asText().contains("\n")) {
                return false;
            }
        }
        return true;
    }

    private static String joined(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return String.join("\n", texts);
    }

    private static List<String> lines(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split("\n", -1));
    }

    private static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an audience is no JSON: " + json, e);
        }
    }
}
