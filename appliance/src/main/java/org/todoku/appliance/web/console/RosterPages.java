package org.todoku.appliance.web.console;

import java.util.List;
import java.util.Optional;
import org.todoku.appliance.member.ImportReport;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** The list of members, and reading lists from files. Never an address. */
final class RosterPages {
    private final ConsoleDoors doors;
    private final Access access;

    RosterPages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/console/members", access.signedIn(this::list)),
                Route.get("/console/members/import", access.signedIn(this::form)),
                Route.upload("/console/members/import", access.signedIn(this::importFile)));
    }

    private Reply list(Visit visit) {
        String query = visit.call().query("query").orElse("").strip();
        var page = doors.members().page(visit.organisationId(), query, visit.call().query("page"));
        var view =
                new Views.MemberList(
                        query,
                        page.items(),
                        page.next(),
                        doors.members().counts(visit.organisationId()));
        return access.show(visit, "members", "members", view);
    }

    private Reply form(Visit visit) {
        return access.show(visit, "members", "import", new Views.Import(Optional.empty(), false));
    }

    private Reply importFile(Visit visit) {
        Optional<byte[]> file = visit.form().file("roster");
        Optional<ImportReport> report =
                file.map(
                        csv ->
                                doors.roster()
                                        .importCsv(
                                                visit.organisationId(),
                                                csv,
                                                visit.call().language()));
        return access.show(visit, "members", "import", new Views.Import(report, file.isEmpty()));
    }
}
