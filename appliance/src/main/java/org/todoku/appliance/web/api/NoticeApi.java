package org.todoku.appliance.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.continuity.outside.OperatorNotices;
import org.todoku.appliance.continuity.outside.PublicNotice;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;

/** The operator's words on the status page outside, for the owner of the server. */
final class NoticeApi {
    private static final Set<String> FIELDS = Set.of("level", "ja", "en", "nextUpdate", "contact");

    private final ApiDoors doors;

    NoticeApi(ApiDoors doors) {
        this.doors = doors;
    }

    Reply current(Call call, OrganisationId organisation) {
        PublicNotice notice =
                notices(organisation).current().orElse(PublicNotice.none(Instant.EPOCH));
        return Reply.json(200, Json.write(json(notice)));
    }

    Reply tell(Call call, OrganisationId organisation) {
        OperatorNotices notices = notices(organisation);
        Json json = Json.read(call.body(), FIELDS);
        PublicNotice.Level level;
        try {
            level = PublicNotice.Level.valueOf(json.text("level").toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "invalid-request", "level is none of info, trouble, resolved, none.");
        }
        PublicNotice notice =
                new PublicNotice(
                        level,
                        json.optionalText("ja").orElse(""),
                        json.optionalText("en").orElse(""),
                        Instant.now(),
                        json.time("nextUpdate"),
                        json.optionalText("contact").orElse(""));
        OperatorNotices.Told told = notices.tell(notice);
        return Reply.json(
                told.published() ? 200 : 202,
                Json.write(json(notice).put("published", told.published())));
    }

    private OperatorNotices notices(OrganisationId organisation) {
        if (!doors.organisations().all().getFirst().id().equals(organisation)) {
            throw new FaultException(
                    Fault.FORBIDDEN,
                    "write on the status page",
                    "this token belongs to an organisation that does not own this server",
                    "use a token of the organisation for which it was set up");
        }
        return doors.notices()
                .orElseThrow(() -> Problem.notFound("status.publish names no place."));
    }

    private static ObjectNode json(PublicNotice notice) {
        return Json.object()
                .put("level", notice.level().name().toLowerCase(Locale.ROOT))
                .put("ja", notice.japanese())
                .put("en", notice.english())
                .put("at", notice.at().toString())
                .put("nextUpdate", notice.nextUpdate().map(Instant::toString).orElse(null))
                .put("contact", notice.contact());
    }
}
