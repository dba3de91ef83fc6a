package org.todoku.appliance.web.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.continuity.MoveSource;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** The planned move, as {@code todoku-migrate move} on the new host asks for it. */
final class MoveApi {
    private final MoveSource source;
    private final Organisations organisations;

    MoveApi(MoveSource source, Organisations organisations) {
        this.source = source;
        this.organisations = organisations;
    }

    /** One call of a move. */
    private interface Moving {
        Reply answer(Call call);
    }

    /**
     * A move hands out the key to everything: only a token of the organisation for which the box
     * was set up, the oldest, may ask for it.
     */
    private Reply asOwner(OrganisationId organisation, Call call, Moving moving) {
        if (!organisations.all().getFirst().id().equals(organisation)) {
            throw new FaultException(
                    Fault.FORBIDDEN,
                    "move the service",
                    "this token belongs to an organisation that does not own this server",
                    "use a token of the organisation for which it was set up");
        }
        return moving.answer(call);
    }

    Reply archive(Call call, OrganisationId organisation) {
        return asOwner(organisation, call, this::archive);
    }

    private Reply archive(Call call) {
        ObjectNode answer = Json.object();
        source.archive().forEach(answer::put);
        return Reply.json(200, Json.write(answer));
    }

    Reply pause(Call call, OrganisationId organisation) {
        return asOwner(organisation, call, this::pause);
    }

    private Reply pause(Call call) {
        source.pause();
        return done();
    }

    Reply hold(Call call, OrganisationId organisation) {
        return asOwner(organisation, call, this::hold);
    }

    private Reply hold(Call call) {
        long took = source.hold();
        return Reply.json(200, Json.write(Json.object().put("tookMs", took)));
    }

    Reply release(Call call, OrganisationId organisation) {
        return asOwner(organisation, call, this::release);
    }

    private Reply release(Call call) {
        source.release();
        return done();
    }

    Reply forward(Call call, OrganisationId organisation) {
        return asOwner(organisation, call, this::forward);
    }

    private Reply forward(Call call) {
        String to = Json.read(call.body(), Set.of("to")).text("to");
        URI place;
        try {
            place = URI.create(to.endsWith("/") ? to : to + "/");
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("invalid-request", "to is not an address.");
        }
        if (!List.of("http", "https").contains(String.valueOf(place.getScheme()))) {
            throw Problem.badRequest("invalid-request", "to is not an http or https address.");
        }
        source.forward(place);
        return done();
    }

    private static Reply done() {
        return Reply.json(200, Json.write(Json.object()));
    }

    /** Shipping the rest of a long log may take a moment more than a form. */
    static Route patient(Route route) {
        return new Route(
                route.method(),
                route.pattern(),
                route.handler(),
                route.maxBody(),
                Duration.ofSeconds(10));
    }
}
