package org.todoku.appliance.web.console;

import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.Route;

/** All routes of the console. */
public final class Console {
    private final List<Route> routes;

    public Console(ConsoleDoors doors, Pages pages, SecureRandom random) {
        Access access = new Access(doors, pages);
        // The fixed paths come before those with a name in them.
        this.routes =
                Stream.of(
                                new SignInPages(doors, access, random).routes(),
                                new OverviewPages(doors, access).routes(),
                                new RosterPages(doors, access).routes(),
                                new QuarantinePages(doors, access).routes(),
                                new JoiningPages(doors, access, random).routes(),
                                new ExportPages(doors, access).routes(),
                                new NoticePages(doors, access).routes(),
                                new SenderPages(doors, access).routes(),
                                new RepeatPages(doors, access).routes(),
                                new ComposePages(doors, access, random).routes(),
                                new MessagePages(doors, access).routes())
                        .flatMap(List::stream)
                        .toList();
    }

    /** The routes, in the order in which they are to be tried. */
    public List<Route> routes() {
        return routes;
    }
}
