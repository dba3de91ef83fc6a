package org.todoku.appliance.web.console;

import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.delivery.OffTheHour;
import org.todoku.appliance.delivery.OldPhones;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.web.FormToken;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/**
 * Writing a message: the form, the number of recipients while one chooses, a last look, and the
 * order to send. The last look carries a key, so that a double click sends once.
 */
final class ComposePages {
    private static final String SECTION = "messages";

    private final ConsoleDoors doors;
    private final Access access;
    private final SecureRandom random;

    ComposePages(ConsoleDoors doors, Access access, SecureRandom random) {
        this.doors = doors;
        this.access = access;
        this.random = random;
    }

    List<Route> routes() {
        return List.of(
                Route.get(
                        "/console/messages/new", access.signedIn(v -> form(v, Draft.empty(), ""))),
                Route.post("/console/messages/new", access.signedIn(this::again)),
                Route.post("/console/messages/count", access.signedIn(this::count)),
                Route.upload("/console/messages/preview", access.signedIn(this::preview)),
                Route.post("/console/messages", access.signedIn(this::send)));
    }

    private Reply form(Visit visit, Draft draft, String problem) {
        var items = doors.items().list(visit.organisationId());
        return access.show(visit, SECTION, "compose", new Views.Compose(draft, items, problem));
    }

    private Reply again(Visit visit) {
        return form(visit, Draft.of(visit.form()), "");
    }

    private Reply count(Visit visit) {
        var size =
                Draft.of(visit.form())
                        .audience()
                        .map(audience -> doors.audiences().count(visit.organisationId(), audience));
        return access.show(visit, SECTION, "count", new Views.Size(size));
    }

    private Reply preview(Visit visit) {
        Draft draft = Draft.of(visit.form());
        try {
            draft = draft.with(uploaded(visit));
        } catch (FaultException e) {
            if (e.fault().retryable()) {
                throw e;
            }
            return form(visit, draft, "compose.problem.files");
        }
        String problem = draft.problem(doors.clock().instant());
        if (!problem.isEmpty()) {
            return form(visit, draft, problem);
        }
        var size = doors.audiences().count(visit.organisationId(), draft.checkedAudience());
        if (size.addresses() == 0) {
            return form(visit, draft, "compose.problem.nobody");
        }
        Draft checked = draft;
        String key = "console-" + FormToken.freshSeed(random);
        var leaves =
                draft.times()
                        .start()
                        .filter(planned -> !checked.urgent())
                        .map(planned -> OffTheHour.of(visit.organisationId(), planned))
                        .or(draft.times()::start);
        var view =
                new Views.Confirm(
                        draft,
                        size,
                        key,
                        leaves,
                        doors.audiences()
                                .oldPhones(visit.organisationId(), draft.checkedAudience()),
                        OldPhones.replaced(draft.subject() + draft.body()));
        return access.show(visit, SECTION, "confirm", view);
    }

    private Reply send(Visit visit) {
        Draft draft = Draft.of(visit.form());
        String problem = draft.problem(doors.clock().instant());
        if (!problem.isEmpty()) {
            return form(visit, draft, problem);
        }
        MessageId id =
                doors.sending()
                        .send(
                                visit.organisationId(),
                                visit.administrator().email().key(),
                                draft.toMessage(kept(draft), doors.clock().instant()),
                                Optional.of(visit.form().text("key")).filter(k -> !k.isEmpty()));
        return Reply.seeOther("/console/messages/" + id);
    }

    private List<Attachment> uploaded(Visit visit) {
        return visit.form().files("files").stream()
                .map(file -> doors.attachments().keep(file.name(), file.content()))
                .toList();
    }

    private List<Attachment> kept(Draft draft) {
        return draft.attachments().stream()
                .map(file -> doors.attachments().kept(file.sha256(), file.name()))
                .toList();
    }
}
