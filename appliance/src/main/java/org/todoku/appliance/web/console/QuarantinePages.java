package org.todoku.appliance.web.console;

import java.util.List;
import org.todoku.appliance.member.ContactId;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** Addresses that are not mailed for now, and the slip for members whose phone keeps mail out. */
final class QuarantinePages {
    private static final String PATH = "/console/members/quarantine";

    private final ConsoleDoors doors;
    private final Access access;

    QuarantinePages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, access.signedIn(this::list)),
                Route.post(PATH, access.signedIn(this::lift)),
                Route.get("/console/members/slip", access.signedIn(this::slip)));
    }

    private Reply list(Visit visit) {
        var view =
                new Views.Quarantined(
                        doors.members().quarantined(visit.organisationId()),
                        visit.call().query("lifted").isPresent());
        return access.show(visit, "members", "quarantine", view);
    }

    /** Twice, or after the owner wrote, does no harm. */
    private Reply lift(Visit visit) {
        ContactId contact =
                ContactId.parse(visit.form().text("contact"))
                        .orElseThrow(() -> Problem.notFound("There is no such address."));
        boolean lifted = doors.members().mailAgain(visit.organisationId(), contact);
        return Reply.seeOther(lifted ? PATH + "?lifted=yes" : PATH);
    }

    private Reply slip(Visit visit) {
        var view =
                new Views.Slip(
                        visit.organisation().name(),
                        visit.organisation().slug() + "@" + doors.mailDomain(),
                        doors.mailDomain());
        return access.show(visit, "members", "slip", view);
    }
}
