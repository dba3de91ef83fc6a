package org.todoku.appliance.web.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.web.Attempts;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Form;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.Screen;

/**
 * The first set-up in the browser. Who reads the server's log has the code; nobody else can make
 * themselves its administrator. The code also stands in for a form token.
 */
public final class SetupPages {
    private static final int ATTEMPTS = 10;

    private final FirstSetup setup;
    private final Secret code;
    private final Pages pages;
    private final Attempts attempts;
    private final Texts texts = Texts.of(SetupPages.class);

    public SetupPages(FirstSetup setup, Secret code, Pages pages, InstantSource clock) {
        this.setup = setup;
        this.code = code;
        this.pages = pages;
        this.attempts = new Attempts(ATTEMPTS, Duration.ofMinutes(15), clock);
    }

    /** The routes. */
    public List<Route> routes() {
        return List.of(
                Route.get("/setup", this::open),
                Route.post("/setup", this::run),
                Route.get("/", c -> Reply.seeOther(setup.needed() ? "/setup" : "/console/")));
    }

    private Reply open(Call call) {
        refuseWhenDone();
        return form(call, new Views.Setup("", "", "", ""));
    }

    private Reply run(Call call) {
        refuseWhenDone();
        Form form = call.form();
        if (!attempts.allowed("setup")) {
            throw Problem.of(429, "too-many-requests", "Too many wrong set-up codes.");
        }
        if (!matches(form.text("code"))) {
            attempts.failed("setup");
            return form(call, view(form, "setup.wrong-code"));
        }
        try {
            Secret token =
                    setup.run(
                            new FirstSetup.Answers(
                                    form.text("organisation"),
                                    form.text("slug"),
                                    form.text("email"),
                                    new Secret(form.untrimmed("password"))));
            return show(call, "setup-done", new Views.SetupDone(token.value()));
        } catch (FaultException e) {
            if (e.fault().httpStatus() != 400) {
                throw e;
            }
            return form(call, view(form, "setup.refused"));
        }
    }

    private void refuseWhenDone() {
        if (!setup.needed()) {
            throw Problem.notFound("This server is set up.");
        }
    }

    private boolean matches(String typed) {
        return MessageDigest.isEqual(
                typed.getBytes(StandardCharsets.UTF_8),
                code.value().getBytes(StandardCharsets.UTF_8));
    }

    private static Views.Setup view(Form form, String problem) {
        return new Views.Setup(
                form.text("organisation"), form.text("slug"), form.text("email"), problem);
    }

    private Reply form(Call call, Views.Setup view) {
        return show(call, "setup", view);
    }

    private Reply show(Call call, String template, Object view) {
        Screen screen =
                pages.screen(
                        call, texts, new Screen.Frame("/setup", "", Optional.empty(), "setup"));
        return Reply.html(pages.render("console/" + template + ".jte", screen, view));
    }
}
