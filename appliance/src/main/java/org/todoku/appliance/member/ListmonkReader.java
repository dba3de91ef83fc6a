package org.todoku.appliance.member;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.member.Subscriber.Stop;

/**
 * listmonk: {@code uuid,email,name,attributes,status,created_at,updated_at} from its console, or
 * the JSON of its API, which alone says who is on which list and who has left it.
 */
final class ListmonkReader extends ForeignReader {
    private static final String EMAIL = "email";

    @Override
    void read(byte[] file, List<String> lists) {
        if (isJson(file)) {
            long place = 0;
            for (JsonNode subscriber : objects(file, "data", "results")) {
                place++;
                object(place, subscriber, lists);
            }
        } else {
            csv(file, (line, fields) -> record(line, fields, lists));
        }
    }

    private void record(long line, Map<String, String> fields, List<String> lists) {
        String attributes = fields.getOrDefault("attributes", "");
        JsonNode known;
        try {
            known = JSON.readTree(attributes.isEmpty() ? "{}" : attributes);
        } catch (JsonProcessingException e) {
            wrong(line, "attributes", "import.badAttributes", attributes);
            known = JSON.createObjectNode();
        }
        add(
                line,
                new Person(
                        fields.getOrDefault(EMAIL, ""),
                        fields.getOrDefault("name", ""),
                        fields.getOrDefault("status", ""),
                        known),
                lists,
                false);
    }

    private void object(long place, JsonNode subscriber, List<String> lists) {
        List<String> on = new ArrayList<>(lists);
        boolean left = false;
        for (JsonNode list : subscriber.path("lists")) {
            String state = list.path("subscription_status").asText();
            boolean unconfirmed =
                    state.equals("unconfirmed") && list.path("optin").asText().equals("double");
            if (state.equals("unsubscribed") || unconfirmed) {
                left = true;
            } else {
                on.add(list.path("name").asText());
            }
        }
        add(
                place,
                new Person(
                        subscriber.path(EMAIL).asText(),
                        subscriber.path("name").asText(),
                        subscriber.path("status").asText(),
                        subscriber.path("attribs")),
                on,
                left && on.isEmpty());
    }

    private record Person(String email, String name, String status, JsonNode attributes) {}

    private void add(long line, Person person, List<String> lists, boolean left) {
        Map<String, List<String>> profile = new LinkedHashMap<>();
        person.attributes
                .properties()
                .forEach(e -> value(line, e.getKey(), texts(e.getValue()), profile));
        Stop stop =
                switch (person.status) {
                    case "enabled" -> left ? Stop.HERE : Stop.NO;
                    case "disabled" -> Stop.HERE;
                    default -> Stop.ALWAYS; // blocklisted, or nothing that is known
                };
        String reason = left && stop == Stop.HERE ? "unsubscribed" : person.status;
        address(line, EMAIL, person.email)
                .ifPresent(
                        email ->
                                add(
                                        new Subscriber(
                                                line,
                                                email,
                                                person.name.contains("@") ? "" : person.name,
                                                profile,
                                                lists,
                                                stop,
                                                stop == Stop.NO ? "" : "listmonk: " + reason)));
    }

    private static List<String> texts(JsonNode value) {
        List<String> texts = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(one -> texts.addAll(texts(one)));
        } else if (!value.isNull()) {
            texts.add(value.isValueNode() ? value.asText() : value.toString());
        }
        return texts;
    }
}
