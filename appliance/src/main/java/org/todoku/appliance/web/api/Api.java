package org.todoku.appliance.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.delivery.RelayTest;
import org.todoku.appliance.delivery.health.MailHealth;
import org.todoku.appliance.inbound.mailbox.MailboxStatus;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Line;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.SystemState;

/** All routes of the API, and its door: a bearer token that belongs to one organisation. */
public final class Api {
    private static final String BEARER = "Bearer ";

    private final ApiDoors doors;
    private final String openApi = load();

    public Api(ApiDoors doors) {
        this.doors = doors;
    }

    /** Answers a call of an organisation's program. */
    @FunctionalInterface
    interface Handler {
        Reply answer(Call call, OrganisationId organisation);
    }

    /** The routes. */
    public List<Route> routes() {
        MemberApi members = new MemberApi(doors);
        MessageApi messages = new MessageApi(doors);
        NoticeApi notices = new NoticeApi(doors);
        MoveApi move = new MoveApi(doors.move(), doors.organisations());
        StandbyApi standby = new StandbyApi(doors);
        ProxySenderApi senders = new ProxySenderApi(doors);
        return Stream.of(
                        List.of(
                                Route.get("/api/v1/openapi.json", c -> Reply.json(200, openApi)),
                                Route.get("/api/v1/system", withToken(this::system))),
                        List.of(
                                Route.get("/api/v1/members", withToken(members::list)),
                                Route.post("/api/v1/members", withToken(members::create)),
                                Route.upload(
                                        "/api/v1/members/import", withToken(members::importCsv))),
                        List.of(Route.get("/api/v1/standby", withToken(standby::ask))),
                        List.of(
                                Route.get("/api/v1/move/archive", withToken(move::archive)),
                                MoveApi.patient(
                                        Route.post("/api/v1/move/pause", withToken(move::pause))),
                                MoveApi.patient(
                                        Route.post("/api/v1/move/hold", withToken(move::hold))),
                                Route.post("/api/v1/move/release", withToken(move::release)),
                                Route.post("/api/v1/move/forward", withToken(move::forward))),
                        List.of(
                                Route.get("/api/v1/proxy-senders", withToken(senders::list)),
                                Route.post("/api/v1/proxy-senders", withToken(senders::register)),
                                Route.post(
                                        "/api/v1/proxy-senders/{id}/remove",
                                        withToken(senders::remove)),
                                Route.get("/api/v1/inquiry-answer", withToken(senders::words)),
                                Route.post("/api/v1/inquiry-answer", withToken(senders::setWords))),
                        List.of(
                                Route.get("/api/v1/status-notice", withToken(notices::current)),
                                Route.post("/api/v1/status-notice", withToken(notices::tell))),
                        List.of(
                                Route.upload("/api/v1/attachments", withToken(messages::attach)),
                                Route.post("/api/v1/messages", withToken(messages::send)),
                                Route.get("/api/v1/messages/{id}", withToken(messages::message)),
                                Route.get(
                                        "/api/v1/messages/{id}/deliveries",
                                        withToken(messages::deliveries)),
                                Route.post(
                                        "/api/v1/messages/{id}/resend",
                                        withToken(messages::resend))))
                .flatMap(List::stream)
                .toList();
    }

    /** The lines that programs keep open. */
    public List<Line> lines() {
        return List.of(new StandbyApi(doors).line());
    }

    private Route.Handler withToken(Handler handler) {
        return call -> {
            OrganisationId organisation =
                    call.header("authorization")
                            .filter(value -> value.startsWith(BEARER))
                            .flatMap(v -> doors.tokens().open(v.substring(BEARER.length()).strip()))
                            .orElseThrow(
                                    () ->
                                            Problem.of(
                                                    401,
                                                    "unauthorized",
                                                    "An Authorization header with a valid bearer"
                                                            + " token is needed."));
            return handler.answer(call, organisation);
        };
    }

    private Reply system(Call call, OrganisationId organisation) {
        SystemState.Snapshot now = doors.system().now();
        ObjectNode answer = Json.object().put("epoch", now.epoch());
        ObjectNode storage = answer.putObject("storage");
        storage.put("state", now.storage().level().name().toLowerCase(java.util.Locale.ROOT))
                .put("forceP99Ms", now.storage().forceP99Millis())
                .put("queuedBytes", now.storage().queuedBytes())
                .put("trouble", now.storage().trouble().orElse(null));
        now.storage()
                .device()
                .ifPresentOrElse(
                        device -> put(storage.putObject("device"), device),
                        () -> storage.putNull("device"));
        now.archive().ifPresentOrElse(a -> put(answer, a), () -> answer.putNull("archive"));
        ArrayNode standbys = answer.putArray("standbys");
        now.standbys().forEach(standby -> put(standbys.addObject(), standby));
        var queue = doors.ledger().queue();
        answer.putObject("queue")
                .put("queued", queue.queued())
                .put("claimed", queue.claimed())
                .put("deferred", queue.deferred())
                .put("inDoubt", queue.inDoubt())
                .put("onHold", queue.onHold());
        doors.mailbox()
                .ifPresentOrElse(
                        box -> put(answer.putObject("mailbox"), box.status()),
                        () -> answer.putNull("mailbox"));
        put(answer.putObject("mail"), doors.health().now());
        answer.put("version", doors.version());
        return Reply.json(200, Json.write(answer));
    }

    private static void put(ObjectNode answer, MailHealth.State mail) {
        answer.put("waiting", mail.waiting())
                .put("silentSince", mail.silentSince().map(Object::toString).orElse(null));
        ArrayNode relays = answer.putArray("relays");
        for (RelayTest test : mail.relays()) {
            relays.addObject()
                    .put("name", test.relay())
                    .put("tested", test.at().toString())
                    .put("problem", test.problem().orElse(null));
        }
        ArrayNode canaries = answer.putArray("canaries");
        for (MailHealth.Canary canary : mail.canaries()) {
            canaries.addObject()
                    .put("name", canary.name())
                    .put("sent", canary.sent().toString())
                    .put("tookMs", canary.took().map(Duration::toMillis).orElse(null))
                    .put("problem", canary.problem().orElse(null));
        }
    }

    private static void put(ObjectNode answer, SystemState.Device device) {
        answer.put("name", device.name())
                .put("verdict", device.verdict().name().toLowerCase(java.util.Locale.ROOT))
                .put("inFlight", device.inFlight())
                .put("completedPerSecond", device.perSecond())
                .put("quietMs", device.quietMillis())
                .put("text", device.line());
    }

    private static void put(ObjectNode answer, MailboxStatus mailbox) {
        answer.put("connected", mailbox.connected())
                .put("idle", mailbox.idle())
                .put("since", mailbox.since().toString())
                .put("lastMail", mailbox.lastMail().map(Object::toString).orElse(null))
                .put("taken", mailbox.taken())
                .put("setAside", mailbox.setAside())
                .put("lastError", mailbox.trouble().map(t -> t.line()).orElse(null))
                .put("lastErrorAt", mailbox.trouble().map(t -> t.at().toString()).orElse(null));
    }

    private static void put(ObjectNode answer, SystemState.Archive archive) {
        answer.putObject("archive")
                .put("state", state(archive.standing()))
                .put("trouble", archive.trouble().orElse(null))
                .put("failedPuts", archive.failedPuts())
                .put("lagBytes", archive.lagBytes())
                .put("lagMs", archive.lagMillis())
                .put("shippedInstant", archive.shippedInstant())
                .put("lastBase", archive.lastBase().map(Object::toString).orElse(null))
                .put("lastVerified", archive.verified().map(v -> v.at().toString()).orElse(null))
                .put("problems", archive.verified().map(SystemState.Verified::problems).orElse(0))
                .put("expiryHeld", archive.expiryHeld().orElse(null))
                .put("lastDrill", archive.lastDrill().map(d -> d.at().toString()).orElse(null))
                .put(
                        "lastDrillPassed",
                        archive.lastDrill().map(SystemState.Drilled::passed).orElse(null));
    }

    private static void put(ObjectNode answer, SystemState.Standby standby) {
        answer.put("host", standby.host())
                .put("fed", standby.fed())
                .put("counts", standby.counts())
                .put("silentMs", standby.silentMillis())
                .put("lagP50Ms", standby.lagP50Millis())
                .put("lagP99Ms", standby.lagP99Millis())
                .put("trouble", standby.trouble().orElse(null));
    }

    private static String state(SystemState.Standing standing) {
        return switch (standing) {
            case WRITER -> "writer";
            case NOT_ASKED -> "notAsked";
            case ENDED -> "ended";
        };
    }

    private static String load() {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("no openapi.json");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
