package org.todoku.appliance.web.console;

import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.account.Administrator;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.Session;
import org.todoku.appliance.account.Sessions;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Form;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.Screen;

/** Lets in who is signed in, and renders for them. */
final class Access {
    static final String COOKIE = "todoku_session";
    static final String SIGN_IN = "/console/sign-in";

    private final ConsoleDoors doors;
    private final Pages pages;
    private final Texts texts = Texts.of(Access.class);

    Access(ConsoleDoors doors, Pages pages) {
        this.doors = doors;
        this.pages = pages;
    }

    Texts texts() {
        return texts;
    }

    Pages pages() {
        return pages;
    }

    /** A handler for people who are signed in; everybody else is sent to the sign-in page. */
    Route.Handler signedIn(Visit.Handler handler) {
        return call -> {
            Optional<Visit> visit = visit(call);
            if (visit.isEmpty()) {
                return Reply.seeOther(SIGN_IN);
            }
            return handler.answer(visit.get());
        };
    }

    /** The page of a visit. */
    Reply show(Visit visit, String section, String template, Object view) {
        var screen = pages.screen(visit.call(), texts, visit.frame(section));
        return Reply.html(pages.render("console/" + template + ".jte", screen, view));
    }

    /**
     * What is to be said above each page about the machine. Asked twice a second by each console
     * that is open, so it asks no database; it tells nothing of an organisation.
     */
    Reply banner(Call call) {
        if (call.cookie(COOKIE).flatMap(doors.sessions()::open).isEmpty()) {
            return Reply.seeOther(SIGN_IN);
        }
        var frame = new Screen.Frame(call.path(), "", Optional.empty(), "");
        var screen = pages.screen(call, texts, frame);
        Banner banner = Banner.of(doors.system().now());
        return Reply.html(pages.render("console/banner.jte", screen, banner));
    }

    private Optional<Visit> visit(Call call) {
        Sessions sessions = doors.sessions();
        Optional<Session> session = call.cookie(COOKIE).flatMap(sessions::open);
        if (session.isEmpty()) {
            return Optional.empty();
        }
        Form form = new Form(Map.of(), Map.of());
        if (!call.safe()) {
            form = call.form();
            if (!sessions.csrfMatches(session.get(), form.text("csrf"))) {
                throw Problem.of(403, "form-expired", "The form does not belong to this session.");
            }
        }
        Optional<Administrator> who = doors.administrators().find(session.get().administrator());
        Optional<Organisation> where =
                who.flatMap(w -> doors.organisations().find(w.organisation()));
        if (who.isEmpty() || where.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Visit(call, form, session.get(), who.get(), where.get(), doors.system().now()));
    }
}
