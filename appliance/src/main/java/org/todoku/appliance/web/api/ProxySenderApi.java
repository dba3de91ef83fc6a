package org.todoku.appliance.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.inbound.InquiryAnswers;
import org.todoku.appliance.inbound.ProxySenders;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;

/** Who may send by mail from a phone, and what inquiries are answered. */
final class ProxySenderApi {
    private static final Set<String> FIELDS = Set.of("name", "email", "audience", "urgent");
    private static final Set<String> WORDS = Set.of("on", "ja", "en");

    private final ApiDoors doors;

    ProxySenderApi(ApiDoors doors) {
        this.doors = doors;
    }

    Reply list(Call call, OrganisationId organisation) {
        String slug = doors.organisations().find(organisation).orElseThrow().slug();
        ObjectNode answer = Json.object();
        ArrayNode items = answer.putArray("items");
        doors.proxySenders().list(organisation).forEach(one -> put(items.addObject(), one, slug));
        ArrayNode attempts = answer.putArray("attempts");
        for (var attempt : doors.proxySenders().attempts(organisation)) {
            attempts.addObject()
                    .put("received", attempt.received().toString())
                    .put("sent", attempt.sent())
                    .put("result", attempt.result());
        }
        return Reply.json(200, Json.write(answer));
    }

    Reply register(Call call, OrganisationId organisation) {
        Json json = Json.read(call.body(), FIELDS);
        var sender =
                doors.proxySenders()
                        .register(
                                organisation,
                                new ProxySenders.Registration(
                                        EmailAddress.of(json.text("email")),
                                        json.text("name"),
                                        MessageApi.audience(json),
                                        json.flag("urgent")));
        String slug = doors.organisations().find(organisation).orElseThrow().slug();
        ObjectNode answer = Json.object();
        put(answer, sender, slug);
        return Reply.json(201, Json.write(answer));
    }

    private void put(ObjectNode node, ProxySenders.Sender one, String slug) {
        node.put("id", Long.toString(one.id()))
                .put("name", one.name())
                .put("urgent", one.urgent())
                .put("address", one.local(slug) + "@" + doors.mailDomain())
                .put("created", one.created().toString());
    }

    Reply remove(Call call, OrganisationId organisation) {
        var id = Ids.parse(call.pathValue("id"));
        if (id.isEmpty() || !doors.proxySenders().remove(organisation, id.getAsLong())) {
            throw Problem.notFound("There is no such sender.");
        }
        return Reply.json(200, Json.write(Json.object().put("removed", true)));
    }

    Reply words(Call call, OrganisationId organisation) {
        return words(doors.inquiryAnswers().words(organisation));
    }

    Reply setWords(Call call, OrganisationId organisation) {
        Json json = Json.read(call.body(), WORDS);
        var words =
                new InquiryAnswers.Words(
                        json.flag("on"),
                        json.optionalText("ja").orElse(""),
                        json.optionalText("en").orElse(""));
        doors.inquiryAnswers().set(organisation, words);
        return words(words);
    }

    private static Reply words(InquiryAnswers.Words words) {
        ObjectNode answer = Json.object();
        answer.put("on", words.on()).put("ja", words.ja()).put("en", words.en());
        return Reply.json(200, Json.write(answer));
    }
}
