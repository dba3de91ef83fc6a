package org.todoku.appliance.web.console;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.account.Administrator;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.web.Attempts;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Form;
import org.todoku.appliance.web.FormToken;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.Screen;

/** Signing in and out. Writes nothing to the database, so it works while the storage hangs. */
final class SignInPages {
    private static final String VISITOR_COOKIE = "todoku_visitor";

    /** Five wrong passwords for one address, thirty from one network address, in 15 minutes. */
    private static final int PER_ADDRESS = 5;

    private static final int PER_CLIENT = 30;
    private static final Duration WINDOW = Duration.ofMinutes(15);

    private final ConsoleDoors doors;
    private final Access access;
    private final SecureRandom random;
    private final Attempts perAddress;
    private final Attempts perClient;

    SignInPages(ConsoleDoors doors, Access access, SecureRandom random) {
        this.doors = doors;
        this.access = access;
        this.random = random;
        this.perAddress = new Attempts(PER_ADDRESS, WINDOW, doors.clock());
        this.perClient = new Attempts(PER_CLIENT, WINDOW, doors.clock());
    }

    List<Route> routes() {
        return List.of(
                Route.get(Access.SIGN_IN, call -> form(call, "", "")),
                Route.post(Access.SIGN_IN, this::signIn),
                Route.post("/console/sign-out", access.signedIn(this::signOut)));
    }

    private Reply form(Call call, String email, String problem) {
        String seed = call.cookie(VISITOR_COOKIE).orElseGet(() -> FormToken.freshSeed(random));
        var frame =
                new Screen.Frame(Access.SIGN_IN, FormToken.of(seed), Optional.empty(), "sign-in");
        Screen screen = access.pages().screen(call, access.texts(), frame);
        String page =
                access.pages()
                        .render("console/sign-in.jte", screen, new Views.SignIn(email, problem));
        Reply reply = Reply.html(problem.isEmpty() ? 200 : 401, page);
        return reply.with("Set-Cookie", cookie(VISITOR_COOKIE, seed));
    }

    private Reply signIn(Call call) {
        Form form = call.form();
        FormToken.check(call.cookie(VISITOR_COOKIE).orElse(""), form);
        String typed = form.text("email");
        Optional<EmailAddress> email = EmailAddress.parse(typed);
        String address = email.map(EmailAddress::key).orElse("");
        if (!perAddress.allowed(address) || !perClient.allowed(call.client())) {
            throw Problem.later(
                    429,
                    "too-many-requests",
                    "Too many failed sign-ins.",
                    (int) WINDOW.toSeconds());
        }
        Optional<Administrator> who =
                email.flatMap(
                        known ->
                                doors.administrators()
                                        .signIn(known, new Secret(form.untrimmed("password"))));
        if (who.isEmpty()) {
            perAddress.failed(address);
            perClient.failed(call.client());
            return form(call, typed, "sign-in.wrong");
        }
        perAddress.succeeded(address);
        String session = doors.sessions().issue(who.get().id());
        return Reply.seeOther("/console/").with("Set-Cookie", cookie(Access.COOKIE, session));
    }

    private Reply signOut(Visit visit) {
        return Reply.seeOther(Access.SIGN_IN)
                .with("Set-Cookie", cookie(Access.COOKIE, "") + "; Max-Age=0");
    }

    private String cookie(String name, String value) {
        String secure = doors.secure() ? "; Secure" : "";
        return name + "=" + value + "; Path=/; HttpOnly; SameSite=Lax" + secure;
    }
}
