package org.todoku.appliance.audience;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.member.MemberId;

/**
 * The JSON of an audience, in the API and in the database: {@code {"everyone":true}}, {@code
 * {"profile":{"学年":["1","3"]}}} or {@code {"members":["123"]}}.
 */
public final class AudienceJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private AudienceJson() {}

    public static String write(Audience audience) {
        ObjectNode node = JSON.createObjectNode();
        switch (audience) {
            case Audience.Everyone everyone -> node.put("everyone", true);
            case Audience.ByProfile(Map<String, List<String>> values) -> {
                ObjectNode profile = node.putObject("profile");
                values.forEach(
                        (item, list) -> {
                            ArrayNode array = profile.putArray(item);
                            list.forEach(array::add);
                        });
            }
            case Audience.Chosen(List<MemberId> members) -> {
                ArrayNode array = node.putArray("members");
                members.forEach(member -> array.add(member.toString()));
            }
        }
        return node.toString();
    }

    public static Audience read(String json) {
        try {
            return read(JSON.readTree(json));
        } catch (JsonProcessingException e) {
            throw invalid("it is not JSON");
        }
    }

    /** Reads a part of a request; anything but one of the three forms is an invalid request. */
    public static Audience read(JsonNode node) {
        if (!node.isObject() || node.size() != 1) {
            throw invalid("it must have exactly one of everyone, profile, members");
        }
        if (node.path("everyone").asBoolean(false)) {
            return new Audience.Everyone();
        }
        if (node.path("profile").isObject()) {
            Map<String, List<String>> values = new LinkedHashMap<>();
            node.path("profile")
                    .properties()
                    .forEach(e -> values.put(e.getKey(), texts(e.getValue())));
            return new Audience.ByProfile(values);
        }
        if (node.path("members").isArray()) {
            return new Audience.Chosen(
                    texts(node.path("members")).stream()
                            .map(
                                    text ->
                                            MemberId.parse(text)
                                                    .orElseThrow(
                                                            () ->
                                                                    invalid(
                                                                            "a member id is no number")))
                            .toList());
        }
        throw invalid("it must have exactly one of everyone, profile, members");
    }

    private static List<String> texts(JsonNode array) {
        if (!array.isArray()) {
            throw invalid("values must be a list");
        }
        List<String> texts = new ArrayList<>();
        array.forEach(
                value -> {
                    if (!value.isTextual() && !value.isNumber()) {
                        throw invalid("a value is neither text nor number");
                    }
                    texts.add(value.asText());
                });
        return texts;
    }

    private static FaultException invalid(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "read the audience",
                why,
                "for instance {\"everyone\":true} or {\"profile\":{\"grade\":[\"1\",\"3\"]}}");
    }
}
