package org.todoku.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the ledger says of a message, and what the relay really took, by delivery ids. */
final class Deliveries {
    private static final Pattern MAIL_ID = Pattern.compile("<m(\\w+)\\.d(\\w+)@example\\.jp>");

    private Deliveries() {}

    /** Delivery ids by outcome. */
    static Map<String, List<String>> ledger(Host host, String message) throws Exception {
        Map<String, List<String>> ledger = new HashMap<>();
        for (JsonNode row : host.all("/api/v1/messages/" + message + "/deliveries")) {
            ledger.computeIfAbsent(row.get("outcome").asText(), o -> new ArrayList<>())
                    .add(row.get("id").asText());
        }
        return ledger;
    }

    /** How many rows may still be sent. */
    static int unsent(Host host, String message) {
        try {
            JsonNode counts = host.get("/api/v1/messages/" + message).get("counts");
            return counts.get("queued").asInt() + counts.get("claimed").asInt();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many mails each delivery of a message got. */
    static Map<String, Integer> received(MailServer relay, String message) {
        Map<String, Integer> mails = new HashMap<>();
        for (MailServer.Mail mail : relay.mails()) {
            Matcher matcher = MAIL_ID.matcher(mail.id());
            if (matcher.matches() && matcher.group(1).equals(message)) {
                mails.merge(matcher.group(2), 1, Integer::sum);
            }
        }
        return mails;
    }

    /** How many mails of a message the relay took. */
    static long count(MailServer relay, String message) {
        String begin = "<m" + message + ".d";
        return relay.mails().stream().filter(m -> m.id().startsWith(begin)).count();
    }
}
