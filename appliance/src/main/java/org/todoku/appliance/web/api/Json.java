package org.todoku.appliance.web.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.todoku.appliance.web.Problem;

/** Reads request objects strictly, naming the field that is wrong, and writes answers. */
final class Json {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private final JsonNode object;
    private final String place;

    private Json(JsonNode object, String place, Set<String> fields) {
        this.object = object;
        this.place = place;
        object.fieldNames()
                .forEachRemaining(
                        name -> {
                            if (!fields.contains(name)) {
                                throw wrong(name, "is not known; known are " + fields);
                            }
                        });
    }

    static Json read(byte[] body, Set<String> fields) {
        JsonNode node;
        try {
            node = MAPPER.readTree(body);
        } catch (IOException e) {
            throw Problem.badRequest("invalid-request", "The body is not JSON.");
        }
        if (node == null || !node.isObject()) {
            throw Problem.badRequest("invalid-request", "The body is not a JSON object.");
        }
        return new Json(node, "", fields);
    }

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static String write(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree is always JSON", e);
        }
    }

    boolean has(String field) {
        return object.hasNonNull(field);
    }

    Optional<Json> object(String field, Set<String> fields) {
        if (!has(field)) {
            return Optional.empty();
        }
        JsonNode node = object.get(field);
        if (!node.isObject()) {
            throw wrong(field, "is not an object");
        }
        return Optional.of(new Json(node, place + field + ".", fields));
    }

    List<Json> objects(String field, Set<String> fields) {
        if (!has(field)) {
            return List.of();
        }
        if (!object.get(field).isArray()) {
            throw wrong(field, "is not a list");
        }
        List<Json> all = new ArrayList<>();
        for (JsonNode item : object.get(field)) {
            if (!item.isObject()) {
                throw wrong(field, "holds something that is not an object");
            }
            all.add(new Json(item, place + field + ".", fields));
        }
        return all;
    }

    String text(String field) {
        return optionalText(field).orElseThrow(() -> wrong(field, "is missing"));
    }

    Optional<String> optionalText(String field) {
        if (!has(field)) {
            return Optional.empty();
        }
        if (!object.get(field).isTextual()) {
            throw wrong(field, "is not a text");
        }
        return Optional.of(object.get(field).textValue());
    }

    boolean flag(String field) {
        if (!has(field)) {
            return false;
        }
        if (!object.get(field).isBoolean()) {
            throw wrong(field, "is not true or false");
        }
        return object.get(field).booleanValue();
    }

    Optional<Instant> time(String field) {
        return optionalText(field)
                .map(
                        text -> {
                            try {
                                return OffsetDateTime.parse(text).toInstant();
                            } catch (DateTimeParseException e) {
                                throw wrong(field, "is not a time like 2026-11-22T03:04:05Z");
                            }
                        });
    }

    List<String> texts(String field) {
        return has(field) ? texts(field, object.get(field)) : List.of();
    }

    /** An object of texts or lists of texts. */
    Map<String, List<String>> textsByName(String field) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        if (has(field)) {
            if (!object.get(field).isObject()) {
                throw wrong(field, "is not an object");
            }
            for (Map.Entry<String, JsonNode> entry : object.get(field).properties()) {
                all.put(entry.getKey(), texts(field + "." + entry.getKey(), entry.getValue()));
            }
        }
        return all;
    }

    Problem wrong(String field, String why) {
        return Problem.badRequest("invalid-request", place + field + " " + why + ".");
    }

    private List<String> texts(String field, JsonNode node) {
        if (node.isTextual()) {
            return List.of(node.textValue());
        }
        if (!node.isArray()) {
            throw wrong(field, "is not a text or a list of texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode item : node) {
            if (!item.isTextual()) {
                throw wrong(field, "holds something that is not a text");
            }
            texts.add(item.textValue());
        }
        return texts;
    }
}
