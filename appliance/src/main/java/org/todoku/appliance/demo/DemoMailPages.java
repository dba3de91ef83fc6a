package org.todoku.appliance.demo;

import java.util.List;
import java.util.Optional;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.Screen;

/** The caught mails at {@code /demo/mail}, for whoever tries the demo: no sign-in. */
public final class DemoMailPages {
    private static final String PATH = "/demo/mail";
    private static final int SHOWN = 200;

    private final MailCatcher catcher;
    private final Pages pages;
    private final Texts texts = Texts.of(DemoMailPages.class);

    public DemoMailPages(MailCatcher catcher, Pages pages) {
        this.catcher = catcher;
        this.pages = pages;
    }

    /** The list of mails. */
    public record MailList(List<CaughtMail> mails) {}

    /** The routes. */
    public List<Route> routes() {
        return List.of(Route.get(PATH, this::list), Route.get(PATH + "/{number}", this::mail));
    }

    private Reply list(Call call) {
        return show(call, "mails", new MailList(catcher.newest(SHOWN)));
    }

    private Reply mail(Call call) {
        var number = Ids.parse(call.pathValue("number"));
        if (number.isEmpty()) {
            throw Problem.notFound("There is no such mail.");
        }
        CaughtMail mail =
                catcher.find(number.getAsLong())
                        .orElseThrow(() -> Problem.notFound("There is no such mail."));
        return show(call, "mail", mail);
    }

    private Reply show(Call call, String template, Object view) {
        Screen screen =
                pages.screen(
                        call, texts, new Screen.Frame(call.path(), "", Optional.empty(), "mail"));
        return Reply.html(pages.render("demo/" + template + ".jte", screen, view));
    }
}
