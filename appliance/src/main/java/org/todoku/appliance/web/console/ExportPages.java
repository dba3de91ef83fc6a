package org.todoku.appliance.web.console;

import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.web.Attempts;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/**
 * Everything of an organisation as one file, for its administrators. It holds what the console
 * never shows, so the password is asked for again: whoever finds an open browser does not get it.
 */
final class ExportPages {
    private static final int MAX_BODY = 4096;
    private static final int TRIES = 5;
    private static final Duration WINDOW = Duration.ofMinutes(15);
    private static final Duration DEADLINE = Duration.ofMinutes(10);
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd");

    private final ConsoleDoors doors;
    private final Access access;
    private final Attempts attempts;

    ExportPages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
        this.attempts = new Attempts(TRIES, WINDOW, doors.clock());
    }

    List<Route> routes() {
        return List.of(
                Route.get("/console/export", access.signedIn(visit -> page(visit, ""))),
                new Route(
                        "POST",
                        "/console/export",
                        access.signedIn(this::export),
                        MAX_BODY,
                        DEADLINE));
    }

    private Reply page(Visit visit, String problem) {
        return access.show(visit, "members", "export", new Views.Export(problem));
    }

    private Reply export(Visit visit) {
        EmailAddress email = visit.administrator().email();
        Secret password = new Secret(visit.form().untrimmed("password"));
        if (!attempts.allowed(email.key())) {
            return page(visit, "export.too-often");
        }
        if (doors.administrators().signIn(email, password).isEmpty()) {
            attempts.failed(email.key());
            return page(visit, "export.wrong");
        }
        var file = doors.exporter().export(visit.organisationId(), email.key());
        String day = DAY.format(doors.clock().instant().atZone(ZoneId.of("Asia/Tokyo")));
        String name = visit.organisation().slug() + "-" + day + ".zip";
        return Reply.file("application/zip", file, name);
    }
}
