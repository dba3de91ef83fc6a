package org.todoku.appliance.web.console;

import java.security.SecureRandom;
import java.util.List;
import org.todoku.appliance.inbound.Joining;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** Who may join by mail, and who waits to be let in. */
final class JoiningPages {
    private static final String PATH = "/console/members/joining";

    private final ConsoleDoors doors;
    private final Access access;
    private final SecureRandom random;

    JoiningPages(ConsoleDoors doors, Access access, SecureRandom random) {
        this.doors = doors;
        this.access = access;
        this.random = random;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, access.signedIn(v -> show(v, said(v)))),
                Route.post(PATH, access.signedIn(this::set)),
                Route.post(PATH + "/request", access.signedIn(this::decide)));
    }

    private static String said(Visit visit) {
        return visit.call().query("saved").isPresent() ? "joining.saved" : "";
    }

    private Reply show(Visit visit, String said) {
        Joining.Rules rules = doors.joining().rules(visit.organisationId());
        String slug = visit.organisation().slug();
        String address =
                (rules.code().isEmpty() ? slug : slug + "+j" + rules.code())
                        + "@"
                        + doors.mailDomain();
        var view =
                new Views.Joining(
                        rules, address, doors.joining().waiting(visit.organisationId()), said);
        return access.show(visit, "members", "joining", view);
    }

    /** A new code is made where one is wanted and none is written. */
    private Reply set(Visit visit) {
        String code = visit.form().text("code");
        if (visit.form().text("fresh").equals("yes")) {
            code = Joining.freshCode(random);
        }
        boolean approval = visit.form().text("approval").equals("yes");
        try {
            doors.joining().set(visit.organisationId(), new Joining.Rules(code, approval));
        } catch (FaultException e) {
            if (e.fault().httpStatus() != 400) {
                throw e;
            }
            return show(visit, "joining.problem");
        }
        return Reply.seeOther(PATH + "?saved=yes");
    }

    private Reply decide(Visit visit) {
        String text = visit.form().text("request");
        if (!text.matches("[0-9]{1,18}|[0-9]{19}")) {
            throw Problem.notFound("Nobody waits there.");
        }
        long request = Long.parseLong(text);
        boolean approved = visit.form().text("decision").equals("approve");
        boolean done =
                approved
                        ? doors.joining().approve(visit.organisationId(), request)
                        : doors.joining().decline(visit.organisationId(), request);
        return Reply.seeOther(done ? PATH + "?saved=yes" : PATH);
    }
}
