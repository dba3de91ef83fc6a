package org.todoku.appliance.web.api;

import java.util.Optional;
import org.todoku.appliance.account.ApiTokens;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.continuity.StandbySource;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Line;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;

/**
 * A standby's way to the writer. It gets every committed byte, so only a token of the organisation
 * for which the box was set up opens it.
 */
final class StandbyApi {
    private static final String BEARER = "Bearer ";

    private final StandbySource source;
    private final ApiTokens tokens;
    private final Organisations organisations;

    StandbyApi(ApiDoors doors) {
        this.source = doors.standby();
        this.tokens = doors.tokens();
        this.organisations = doors.organisations();
    }

    /** Whether it would be fed, and from which epoch: says clearly what the line can only cut. */
    Reply ask(Call call, OrganisationId organisation) {
        requireOwner(organisation);
        return Reply.json(200, Json.write(Json.object().put("epoch", source.epoch())));
    }

    Line line() {
        return new Line(StandbyLine.PATH, () -> new StandbyLine(this, source));
    }

    void requireOwner(Optional<String> authorization) {
        OrganisationId organisation =
                authorization
                        .filter(value -> value.startsWith(BEARER))
                        .flatMap(value -> tokens.open(value.substring(BEARER.length()).strip()))
                        .orElseThrow(
                                () -> Problem.of(401, "unauthorized", "A valid token is needed."));
        requireOwner(organisation);
    }

    private void requireOwner(OrganisationId organisation) {
        if (!organisations.all().getFirst().id().equals(organisation)) {
            throw new FaultException(
                    Fault.FORBIDDEN,
                    "feed a standby",
                    "this token belongs to an organisation that does not own this server",
                    "use a token of the organisation for which it was set up");
        }
    }
}
