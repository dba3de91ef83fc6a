package org.todoku.appliance.continuity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.ship.FeedSession;
import org.todoku.backup.ship.StandbyFeed;
import org.todoku.backup.volume.LogPosition;

/**
 * The writer's end of a standby's line: says hello, then feeds it. On the line: the standby's hello
 * and the answer as JSON text, then messages of {@link org.todoku.backup.volume.LogFrame}.
 * Thread-safe.
 */
public final class StandbySource {
    private static final JsonMapper JSON = new JsonMapper();

    private final Optional<Continuity> continuity;

    public StandbySource(Optional<Continuity> continuity) {
        this.continuity = continuity;
    }

    /** What goes to the standby. */
    public interface Line {
        /** Blocks while the other side does not take it. */
        void send(byte[] message) throws IOException;

        /** Again does no harm. */
        void close(String why);
    }

    /** A standby that is fed. */
    public interface Fed {
        /** The answer to its hello. */
        String answer();

        void received(byte[] message);

        void closed(String why);
    }

    /** The epoch of this writer; refuses where there is nobody to feed from. */
    public long epoch() {
        feed();
        return continuity.orElseThrow().archive().orElseThrow().epoch();
    }

    /** Begins to feed the standby that says this. */
    public Fed begin(String hello, Line line) {
        StandbyFeed feed = feed();
        StandbyFeed.Hello said = parse(hello);
        try {
            FeedSession session = feed.attach(said, new Adapter(line));
            return new Session(session, said.epoch());
        } catch (BackupException e) {
            throw ArchiveFaults.of(e);
        }
    }

    private StandbyFeed feed() {
        return continuity
                .flatMap(Continuity::feed)
                .orElseThrow(
                        () ->
                                refused(
                                        "this host writes to no archive now",
                                        "set archive.url, or see to the way to the archive"));
    }

    private static StandbyFeed.Hello parse(String hello) {
        try {
            JsonNode said = JSON.readTree(hello);
            String standby = said.path("standby").asText();
            if (!standby.matches("[0-9a-zA-Z-]{1,64}")) {
                throw refused("its hello names no standby", "use the same version on both hosts");
            }
            return new StandbyFeed.Hello(
                    standby,
                    said.path("host").asText(),
                    said.path("epoch").asLong(),
                    LogPosition.parse(said.path("from").asText()),
                    said.path("kept").asText());
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw refused("its hello cannot be read", "use the same version on both hosts");
        }
    }

    private static FaultException refused(String why, String hint) {
        return new FaultException(Fault.CONFLICT, "feed a standby", why, hint);
    }

    private record Adapter(Line line) implements FeedSession.Out {
        @Override
        public void send(byte[] message) throws IOException {
            line.send(message);
        }

        @Override
        public void close(String why) {
            line.close(why);
        }
    }

    private record Session(FeedSession session, long epoch) implements Fed {
        @Override
        public String answer() {
            return "{\"number\":%d,\"epoch\":%d}".formatted(session.number(), epoch);
        }

        @Override
        public void received(byte[] message) {
            session.received(message);
        }

        @Override
        public void closed(String why) {
            session.close(why);
        }
    }
}
