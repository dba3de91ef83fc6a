package org.todoku.appliance.web.console;

import java.util.List;
import java.util.Optional;
import org.todoku.appliance.inbound.mailbox.Mailbox;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.SystemState;

/** The first page, the inquiries and the machine room: pages that only tell. */
final class OverviewPages {
    private static final int RECENT = 5;

    private final ConsoleDoors doors;
    private final Access access;

    OverviewPages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/console", call -> Reply.seeOther("/console/")),
                Route.get("/console/", access.signedIn(this::overview)),
                Route.get("/console/banner", access::banner),
                Route.get("/console/inquiries", access.signedIn(this::inquiries)),
                Route.get("/console/system", access.signedIn(this::system)),
                Route.get("/console/mail-check", access.signedIn(this::mailCheck)));
    }

    private Reply overview(Visit visit) {
        List<MessageView> newest =
                doors.messages().list(visit.organisationId(), Optional.empty()).items();
        List<Views.MessageLine> recent =
                newest.stream()
                        .limit(RECENT)
                        .map(m -> new Views.MessageLine(m, doors.ledger().counts(m.id())))
                        .toList();
        var view =
                new Views.Overview(
                        doors.members().counts(visit.organisationId()),
                        recent,
                        doors.ledger().queue(),
                        doors.system().now(),
                        visit.organisation().slug() + "@" + doors.mailDomain());
        return access.show(visit, "overview", "overview", view);
    }

    private Reply inquiries(Visit visit) {
        var view = new Views.InquiryList(doors.inquiries().list(visit.organisationId()));
        return access.show(visit, "inquiries", "inquiries", view);
    }

    private Reply mailCheck(Visit visit) {
        return access.show(
                visit,
                "system",
                "mail-check",
                new Views.MailCheck(doors.mailDomain(), doors.mailCheck().run()));
    }

    private Reply system(Visit visit) {
        Runtime runtime = Runtime.getRuntime();
        SystemState.Snapshot now = doors.system().now();
        var view =
                new Views.Machine(
                        now,
                        doors.ledger().queue(),
                        doors.version(),
                        runtime.totalMemory() - runtime.freeMemory(),
                        Views.DrillState.of(now, doors.clock().instant()),
                        doors.mailbox().map(Mailbox::status),
                        doors.health().now());
        return access.show(visit, "system", "system", view);
    }
}
