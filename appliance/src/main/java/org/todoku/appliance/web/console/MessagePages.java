package org.todoku.appliance.web.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.delivery.LaneProgress;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.web.AttachedFile;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** Messages and what became of each: the list, one message with its ledger, and sending again. */
final class MessagePages {
    private static final String SECTION = "messages";
    private static final String PATH = "/console/messages/";

    /** Smaller ones are not shown; the bar above counts them. */
    private static final int MOST_LANES = 12;

    private final ConsoleDoors doors;
    private final Access access;

    MessagePages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/console/messages", access.signedIn(this::list)),
                Route.get(PATH + "{id}", access.signedIn(v -> message(v, "message"))),
                Route.get(PATH + "{id}/progress", access.signedIn(v -> message(v, "progress"))),
                Route.get(PATH + "{id}/attachment/{place}", access.signedIn(this::attachment)),
                Route.post(PATH + "{id}/resend", access.signedIn(this::resend)));
    }

    private Reply list(Visit visit) {
        var page = doors.messages().list(visit.organisationId(), visit.call().query("page"));
        List<Views.MessageLine> lines =
                page.items().stream()
                        .map(m -> new Views.MessageLine(m, doors.ledger().counts(m.id())))
                        .toList();
        return access.show(visit, SECTION, "messages", new Views.MessageList(lines, page.next()));
    }

    private Reply message(Visit visit, String template) {
        MessageView message = find(visit);
        Optional<Outcome> filter = visit.call().query("outcome").flatMap(Outcome::parse);
        Optional<String> part = visit.call().query("page");
        var rows = doors.ledger().page(message.id(), filter, part);
        String refresh =
                PATH
                        + message.id()
                        + "/progress?outcome="
                        + filter.map(Outcome::code).orElse("")
                        + part.map(p -> "&page=" + URLEncoder.encode(p, StandardCharsets.UTF_8))
                                .orElse("");
        var view =
                new Views.Message(
                        message,
                        doors.attachments().of(message.id()),
                        doors.ledger().counts(message.id()),
                        lanes(message),
                        doors.answers().tally(message.id()),
                        filter,
                        rows.items(),
                        rows.next(),
                        refresh);
        return access.show(visit, SECTION, template, view);
    }

    /** Only while something moves: later the numbers say it all. */
    private List<LaneProgress> lanes(MessageView message) {
        return message.state() == MessageState.SENDING
                ? doors.progress().of(message.id()).stream().limit(MOST_LANES).toList()
                : List.of();
    }

    private Reply attachment(Visit visit) {
        var all = doors.attachments().of(find(visit).id());
        return AttachedFile.of(doors.attachments(), all, visit.call().pathValue("place"));
    }

    private Reply resend(Visit visit) {
        MessageView message = find(visit);
        Outcome outcome =
                Outcome.parse(visit.form().text("outcome"))
                        .orElseThrow(
                                () -> Problem.badRequest("invalid-request", "outcome is unknown"));
        doors.ledger().resend(message.id(), outcome);
        return Reply.seeOther(PATH + message.id());
    }

    private MessageView find(Visit visit) {
        return MessageId.parse(visit.call().pathValue("id"))
                .flatMap(id -> doors.messages().find(visit.organisationId(), id))
                .orElseThrow(() -> Problem.notFound("There is no such message."));
    }
}
