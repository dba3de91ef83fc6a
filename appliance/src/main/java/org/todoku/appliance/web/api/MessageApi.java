package org.todoku.appliance.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.delivery.Counts;
import org.todoku.appliance.delivery.DeliveryView;
import org.todoku.appliance.delivery.LaneProgress;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.Markup;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.Recurrence;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.message.WhenLate;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;

/** Messages over the API: send, look, send again. */
final class MessageApi {
    private static final String AUTHOR = "api";
    private static final Set<String> FIELDS =
            Set.of(
                    "subject",
                    "body",
                    "audience",
                    "urgent",
                    "sendAt",
                    "sendNotAfter",
                    "attachments",
                    "survey",
                    "whenLate",
                    "markup",
                    "repeat");
    private static final Set<String> AUDIENCES = Set.of("everyone", "profile", "members");
    private static final int MAX_KEY = 150;

    private final ApiDoors doors;

    MessageApi(ApiDoors doors) {
        this.doors = doors;
    }

    Reply send(Call call, OrganisationId organisation) {
        Json json = Json.read(call.body(), FIELDS);
        Optional<String> key = call.header("idempotency-key").filter(k -> !k.isBlank());
        if (key.filter(k -> k.length() > MAX_KEY).isPresent()) {
            throw Problem.badRequest("invalid-request", "The Idempotency-Key is too long.");
        }
        NewMessage message =
                new NewMessage(
                        json.text("subject"),
                        json.text("body"),
                        audience(json),
                        json.flag("urgent"),
                        json.time("sendAt"),
                        json.time("sendNotAfter"),
                        attachments(json),
                        survey(json),
                        json.optionalText("whenLate")
                                .map(code -> known(json, "whenLate", WhenLate.parse(code)))
                                .orElse(WhenLate.DROP),
                        json.optionalText("markup")
                                .map(code -> known(json, "markup", Markup.parse(code)))
                                .orElse(Markup.PLAIN),
                        json.optionalText("repeat").map(Recurrence::new));
        MessageId id = doors.sending().send(organisation, AUTHOR, message, key);
        return Reply.json(201, Json.write(Json.object().put("id", id.toString())));
    }

    /** Keeps a file for a message that is sent after it. */
    Reply attach(Call call, OrganisationId organisation) {
        Attachment kept = doors.attachments().keep(call.query("name").orElse("file"), call.body());
        return Reply.json(201, Json.write(put(Json.object(), kept)));
    }

    Reply message(Call call, OrganisationId organisation) {
        MessageView message = find(call, organisation);
        Counts c = doors.ledger().counts(message.id());
        ObjectNode answer =
                Json.object()
                        .put("id", message.id().toString())
                        .put("state", message.state().code());
        answer.putObject("counts")
                .put("queued", c.queued())
                .put("claimed", c.claimed())
                .put("handedOver", c.handedOver())
                .put("deferred", c.deferred())
                .put("refused", c.refused())
                .put("suppressed", c.suppressed())
                .put("expired", c.expired())
                .put("inDoubt", c.inDoubt())
                .put("read", c.read())
                .put("answered", c.answered());
        var tally = doors.answers().tally(message.id());
        if (!tally.isEmpty()) {
            ArrayNode choices = answer.putObject("survey").putArray("choices");
            tally.forEach(
                    count ->
                            choices.addObject()
                                    .put("choice", count.choice())
                                    .put("people", count.people()));
        }
        ArrayNode lanes = answer.putArray("destinations");
        doors.progress().of(message.id()).forEach(lane -> put(lanes.addObject(), lane));
        ArrayNode files = answer.putArray("attachments");
        doors.attachments().of(message.id()).forEach(file -> put(files.addObject(), file));
        return Reply.json(200, Json.write(answer));
    }

    Reply deliveries(Call call, OrganisationId organisation) {
        MessageView message = find(call, organisation);
        Optional<Outcome> outcome =
                call.query("outcome").filter(o -> !o.isEmpty()).map(this::outcome);
        var page = doors.ledger().page(message.id(), outcome, call.query("page"));
        ObjectNode answer = Json.object();
        ArrayNode items = answer.putArray("items");
        page.items().forEach(row -> put(items.addObject(), row));
        answer.put("next", page.next().orElse(null));
        return Reply.json(200, Json.write(answer));
    }

    Reply resend(Call call, OrganisationId organisation) {
        MessageView message = find(call, organisation);
        Outcome outcome = outcome(Json.read(call.body(), Set.of("outcome")).text("outcome"));
        long count = doors.ledger().resend(message.id(), outcome);
        return Reply.json(202, Json.write(Json.object().put("count", count)));
    }

    private static void put(ObjectNode item, LaneProgress lane) {
        item.put("name", lane.name())
                .put("total", lane.total())
                .put("handedOver", lane.handedOver())
                .put("open", lane.open())
                .put("deferred", lane.deferred())
                .put("nextTry", text(lane.nextTry()))
                .put("doneAt", text(lane.done()))
                .put("problem", lane.problem());
    }

    private static ObjectNode put(ObjectNode item, Attachment file) {
        return item.put("id", file.sha256())
                .put("name", file.name())
                .put("type", file.type().media())
                .put("bytes", file.bytes());
    }

    private List<Attachment> attachments(Json json) {
        return json.objects("attachments", Set.of("id", "name")).stream()
                .map(
                        file ->
                                doors.attachments()
                                        .kept(
                                                file.text("id"),
                                                file.optionalText("name").orElse("file")))
                .toList();
    }

    private static void put(ObjectNode item, DeliveryView row) {
        // The same id stands in the mail's Message-ID, as <mMESSAGE.dID@domain>.
        item.put("id", row.id().toString())
                .put("member", row.member().toString())
                .put("name", row.name())
                .put("outcome", row.outcome().code())
                .put("attempts", row.attempts())
                .put("created", row.created().toString())
                .put("claimed", text(row.claimed()))
                .put("finished", text(row.finished()))
                .put("nextAttempt", text(row.nextAttempt()))
                .put("stage", row.stage().orElse(null))
                .put("reason", row.reason().orElse(null))
                .put("read", text(row.read()))
                .put("answer", row.answer().orElse(null));
    }

    private static <T> T known(Json json, String field, Optional<T> value) {
        return value.orElseThrow(() -> json.wrong(field, "is none of those that there are"));
    }

    private static Optional<Survey> survey(Json json) {
        return json.object("survey", Set.of("choices"))
                .map(survey -> new Survey(survey.texts("choices")));
    }

    private static @Nullable String text(Optional<Instant> time) {
        return time.map(Instant::toString).orElse(null);
    }

    /** The field audience of a request. */
    static Audience audience(Json json) {
        Json audience =
                json.object("audience", AUDIENCES)
                        .orElseThrow(() -> json.wrong("audience", "is missing"));
        List<Audience> given = new ArrayList<>();
        if (audience.flag("everyone")) {
            given.add(new Audience.Everyone());
        }
        if (audience.has("profile")) {
            given.add(new Audience.ByProfile(audience.textsByName("profile")));
        }
        if (audience.has("members")) {
            given.add(new Audience.Chosen(members(audience)));
        }
        if (given.size() != 1) {
            throw json.wrong("audience", "names none or several of everyone, profile, members");
        }
        return given.getFirst();
    }

    private static List<MemberId> members(Json audience) {
        return audience.texts("members").stream()
                .map(
                        text ->
                                MemberId.parse(text)
                                        .orElseThrow(
                                                () ->
                                                        audience.wrong(
                                                                "members",
                                                                "holds something that is no id")))
                .toList();
    }

    private Outcome outcome(String code) {
        return Outcome.parse(code)
                .orElseThrow(
                        () -> Problem.badRequest("invalid-request", "This outcome is not known."));
    }

    private MessageView find(Call call, OrganisationId organisation) {
        return MessageId.parse(call.pathValue("id"))
                .flatMap(id -> doors.messages().find(organisation, id))
                .orElseThrow(() -> Problem.notFound("There is no such message."));
    }
}
