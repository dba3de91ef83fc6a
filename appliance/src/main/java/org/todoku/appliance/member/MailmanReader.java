package org.todoku.appliance.member;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.appliance.member.Subscriber.Stop;

/**
 * Mailman: one {@code Name <address>} or address a line, or the JSON of the REST roster, which
 * alone says whose delivery is off, and why.
 */
final class MailmanReader extends ForeignReader {
    private static final Pattern NAMED = Pattern.compile("(.*?)\\s*<([^<>]*)>");

    @Override
    void read(byte[] file, List<String> lists) {
        if (isJson(file)) {
            long place = 0;
            for (JsonNode member : objects(file, "entries")) {
                place++;
                object(place, member, lists);
            }
            return;
        }
        List<String> lines = RosterText.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && !line.startsWith("#")) {
                line(i + 1L, line, lists);
            }
        }
    }

    private void line(long number, String line, List<String> lists) {
        Matcher named = NAMED.matcher(line);
        boolean hasName = named.matches();
        String name = hasName ? plain(named.group(1)) : "";
        String email = hasName ? named.group(2) : line;
        address(number, "", email)
                .ifPresent(
                        address ->
                                add(
                                        new Subscriber(
                                                number, address, name, Map.of(), lists, Stop.NO,
                                                "")));
    }

    private void object(long place, JsonNode member, List<String> lists) {
        String role = member.path("role").asText("member");
        if (!role.equals("member")) {
            return; // An owner or moderator, who may be a member by another entry.
        }
        String delivery = member.path("delivery_status").asText("enabled");
        Stop stop =
                switch (delivery) {
                    case "enabled", "null" -> Stop.NO;
                    case "by_user" -> Stop.HERE;
                    default -> Stop.ALWAYS; // by_bounces, by_moderator, unknown
                };
        List<String> on = new ArrayList<>(lists);
        if (stop == Stop.NO && on.isEmpty() && member.hasNonNull("list_id")) {
            String list = member.path("list_id").asText();
            on.add(list.contains(".") ? list.substring(0, list.indexOf('.')) : list);
        }
        address(place, "email", member.path("email").asText())
                .ifPresent(
                        address ->
                                add(
                                        new Subscriber(
                                                place,
                                                address,
                                                plain(member.path("display_name").asText("")),
                                                Map.of(),
                                                on,
                                                stop,
                                                stop == Stop.NO ? "" : "mailman: " + delivery)));
    }

    /** Without quotes, decoded, and never an address. */
    private static String plain(String name) {
        String text = name.strip();
        if (text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")) {
            text = text.substring(1, text.length() - 1).replaceAll("\\\\(.)", "$1");
        }
        try {
            text = MimeUtility.decodeText(text).strip();
        } catch (UnsupportedEncodingException e) {
            return "";
        }
        return text.contains("@") ? "" : text;
    }
}
