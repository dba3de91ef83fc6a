package org.todoku.appliance.web.console;

import java.util.List;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** The messages that are sent again and again, and the button that ends one. */
final class RepeatPages {
    private static final String PATH = "/console/messages/repeats";

    private final ConsoleDoors doors;
    private final Access access;

    RepeatPages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, access.signedIn(this::list)),
                Route.post(PATH, access.signedIn(this::end)));
    }

    private Reply list(Visit visit) {
        var view = new Views.Repeating(doors.repeats().of(visit.organisationId()));
        return access.show(visit, "messages", "repeats", view);
    }

    private Reply end(Visit visit) {
        MessageId message =
                MessageId.parse(visit.form().text("message"))
                        .orElseThrow(() -> Problem.notFound("There is no such message."));
        doors.repeats().end(visit.organisationId(), message, visit.administrator().email().key());
        return Reply.seeOther(PATH);
    }
}
