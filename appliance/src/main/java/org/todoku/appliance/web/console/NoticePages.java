package org.todoku.appliance.web.console;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.todoku.appliance.continuity.outside.OperatorNotices;
import org.todoku.appliance.continuity.outside.PublicNotice;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.Form;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/**
 * The operator's words on the status page outside. The page speaks for the whole server, so only
 * administrators of the organisation for which it was set up, the oldest, may write there.
 */
final class NoticePages {
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final String PATH = "/console/status-page";

    private final ConsoleDoors doors;
    private final Access access;

    NoticePages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, access.signedIn(this::form)),
                Route.post(PATH, access.signedIn(this::act)));
    }

    private Reply form(Visit visit) {
        Optional<PublicNotice> current = notices(visit).flatMap(OperatorNotices::current);
        Views.NoticeDraft draft =
                current.filter(notice -> notice.level() != PublicNotice.Level.NONE)
                        .map(NoticePages::draft)
                        .orElse(new Views.NoticeDraft("trouble", "", "", "", ""));
        return show(visit, draft, "", Optional.empty());
    }

    private Reply act(Visit visit) {
        OperatorNotices notices =
                notices(visit)
                        .orElseThrow(() -> Problem.notFound("status.publish names no place."));
        Form form = visit.form();
        var draft =
                new Views.NoticeDraft(
                        form.text("level"),
                        form.text("ja"),
                        form.text("en"),
                        form.text("next"),
                        form.text("contact"));
        Instant now = doors.clock().instant();
        PublicNotice notice;
        try {
            notice =
                    form.text("act").equals("withdraw")
                            ? PublicNotice.none(now)
                            : notice(draft, now);
        } catch (DateTimeParseException | FaultException | IllegalArgumentException e) {
            String key =
                    e instanceof DateTimeParseException
                            ? "status-page.problem.time"
                            : "status-page.problem.words";
            return show(visit, draft, key, Optional.empty());
        }
        if (form.text("act").equals("preview")) {
            return show(visit, draft, "", Optional.of(notice));
        }
        OperatorNotices.Told told = notices.tell(notice);
        String done =
                !told.published()
                        ? "status-page.done.later"
                        : notice.level() == PublicNotice.Level.NONE
                                ? "status-page.done.withdrawn"
                                : "status-page.done.published";
        return show(visit, draft, done, Optional.empty());
    }

    private Reply show(
            Visit visit, Views.NoticeDraft draft, String said, Optional<PublicNotice> preview) {
        Optional<OperatorNotices> notices = notices(visit);
        Optional<PublicNotice> standing =
                notices.flatMap(OperatorNotices::current)
                        .filter(notice -> notice.level() != PublicNotice.Level.NONE);
        var view = new Views.StatusNotice(notices.isPresent(), draft, said, preview, standing);
        return access.show(visit, "system", "status-page", view);
    }

    private Optional<OperatorNotices> notices(Visit visit) {
        if (!doors.organisations().all().getFirst().id().equals(visit.organisationId())) {
            throw Problem.of(
                    403,
                    "forbidden",
                    "Only the organisation for which this server was set up may do this.");
        }
        return doors.notices();
    }

    private static PublicNotice notice(Views.NoticeDraft draft, Instant now) {
        return new PublicNotice(
                PublicNotice.Level.valueOf(draft.level().toUpperCase(Locale.ROOT)),
                draft.japanese(),
                draft.english(),
                now,
                draft.next().isEmpty()
                        ? Optional.empty()
                        : Optional.of(LocalDateTime.parse(draft.next()).atZone(ZONE).toInstant()),
                draft.contact());
    }

    private static Views.NoticeDraft draft(PublicNotice notice) {
        return new Views.NoticeDraft(
                notice.level().name().toLowerCase(Locale.ROOT),
                notice.japanese(),
                notice.english(),
                notice.nextUpdate()
                        .map(time -> time.atZone(ZONE).toLocalDateTime().toString())
                        .orElse(""),
                notice.contact());
    }
}
