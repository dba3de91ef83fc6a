package org.todoku.migrate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.continuity.ControlSocket;

/** The takeover on a host where a standby runs: that one is asked to do it. */
final class StandbyTakeover {
    private static final JsonMapper JSON = new JsonMapper();
    private static final TypeReference<Map<String, Object>> FACTS = new TypeReference<>() {};

    private StandbyTakeover() {}

    /**
     * Has a running standby promoted.
     *
     * @return what it tells; empty when none runs there
     */
    static Optional<Map<String, Object>> promote(
            Path data, boolean oldHostIsOff, boolean acceptLoss) {
        String how = oldHostIsOff ? StandbyRun.PROMOTE_UNFENCED : StandbyRun.PROMOTE;
        return ask(data, acceptLoss ? how + StandbyRun.ACCEPTING_LOSS : how);
    }

    /** How a running standby fares; empty when none runs there. */
    static Optional<Map<String, Object>> status(Path data) {
        return ask(data, StandbyRun.STATUS);
    }

    private static Optional<Map<String, Object>> ask(Path data, String what) {
        try {
            return ControlSocket.ask(data, what).map(StandbyTakeover::done);
        } catch (IOException e) {
            throw Refusal.failed(
                    "the standby in " + data + " did not answer: " + e,
                    "is it still there? Run the same command again: it goes on");
        }
    }

    private static Map<String, Object> done(JsonNode answer) {
        JsonNode failed = answer.path("failed");
        if (!failed.isMissingNode()) {
            throw Refusal.of(failed.path("exit").asInt(1), failed.path("message").asText());
        }
        return JSON.convertValue(answer.path("done"), FACTS);
    }
}
