package org.todoku.appliance.continuity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * How a command on the same machine asks the running server for something: a Unix socket {@code
 * DIR/control.sock} that only the server's own user may open. A caller writes one line, the name of
 * what it wants and, where that needs more, a blank and one object of JSON; it gets one line of
 * JSON when that is done: {@code {"done":{…}}} or {@code {"failed":{"code","message"}}}. A caller
 * that asks for it ({@code "progress":true}) gets lines {@code {"percent":n}} before that, a
 * hundred at most: the socket holds them all, so that nobody waits for a caller that does not read.
 *
 * <p>Promises: a call is answered when the work is done, and calls run one beside the other. Does
 * not: remember a call over a restart. Where the directory's path is too long for a socket (about
 * 100 bytes) there is none, and the log says so.
 */
public final class ControlSocket implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ControlSocket.class.getName());
    private static final JsonMapper JSON = new JsonMapper();
    private static final String NAME = "control.sock";

    /** By this a caller asks to be told how far it is. */
    public static final String PROGRESS = "progress";

    private final Path path;
    private final Map<String, Act> acts;
    private volatile @Nullable ServerSocketChannel server;

    /** What may be asked for: answers with facts or throws a {@link FaultException}. */
    @FunctionalInterface
    public interface Act {
        /**
         * Does it.
         *
         * @param wanted what came with the name; an empty object where nothing did
         * @param told may be told, by one thread, how far it is
         */
        Map<String, ?> run(JsonNode wanted, Told told);
    }

    /** Told how far a long act is. */
    @FunctionalInterface
    public interface Told {
        void progress(long done, long of);
    }

    /**
     * @param directory the data directory
     * @param acts what may be asked for, by name
     */
    public ControlSocket(Path directory, Map<String, Act> acts) {
        this.path = directory.resolve(NAME);
        this.acts = Map.copyOf(acts);
    }

    /** Listens from now on. The directory must be this process's own: an old socket is replaced. */
    public void start() {
        try {
            Files.deleteIfExists(path);
            ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listening.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            server = listening;
            Thread.ofVirtual().name("control").start(() -> listen(listening));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(
                    Level.WARNING,
                    "no control socket {0} ({1}): todoku-migrate cannot ask this server for a base",
                    path,
                    e.getMessage());
        }
    }

    private void listen(ServerSocketChannel listening) {
        while (listening.isOpen()) {
            try {
                SocketChannel caller = listening.accept();
                Thread.ofVirtual().name("control-call").start(() -> answer(caller));
            } catch (AsynchronousCloseException e) {
                return;
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the control socket: {0}", e.getMessage());
                return;
            }
        }
    }

    private void answer(SocketChannel caller) {
        try (caller) {
            String line = String.valueOf(reader(caller).readLine());
            int end = line.indexOf(' ');
            String name = end < 0 ? line : line.substring(0, end);
            Map<String, Object> answer = new LinkedHashMap<>();
            try {
                JsonNode wanted = JSON.readTree(end < 0 ? "{}" : line.substring(end + 1));
                answer.put("done", act(name).run(wanted, told(caller, wanted)));
            } catch (FaultException e) {
                answer.put("failed", failure(e.fault(), String.valueOf(e.getMessage())));
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "control call " + name, e);
                answer.put("failed", failure(Fault.CONFLICT, "a fault of the program: " + e));
            }
            write(caller, JSON.writeValueAsString(answer));
        } catch (IOException e) {
            // The caller went away: what it asked for is done all the same.
            LOG.log(Level.DEBUG, "control caller: {0}", e.getMessage());
        }
    }

    private static Told told(SocketChannel caller, JsonNode wanted) {
        if (!wanted.path(PROGRESS).asBoolean()) {
            return (done, of) -> {};
        }
        AtomicLong shown = new AtomicLong();
        return (done, of) -> {
            long percent = of <= 0 ? 0 : Math.clamp(done * 100 / of, 0, 100);
            if (percent > shown.get()) {
                shown.set(percent);
                tell(caller, percent);
            }
        };
    }

    private static void tell(SocketChannel caller, long percent) {
        try {
            write(caller, "{\"percent\":" + percent + "}");
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "control caller: {0}", e.getMessage());
        }
    }

    private static void write(SocketChannel channel, String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private Act act(String name) {
        Act act = acts.get(name);
        if (act == null) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "do '" + name + "'",
                    "this server knows no such thing",
                    "use the todoku-migrate of the same version as the server");
        }
        return act;
    }

    private static Map<String, Object> failure(Fault fault, String message) {
        return Map.of("code", fault.code(), "exit", fault.exitStatus(), "message", message);
    }

    private static BufferedReader reader(SocketChannel channel) {
        return new BufferedReader(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8));
    }

    /**
     * Asks the server that runs on a data directory, and waits until it has done it.
     *
     * @return its answer; empty when none runs there
     */
    public static Optional<JsonNode> ask(Path directory, String name) throws IOException {
        return ask(directory, name, JSON.createObjectNode());
    }

    /**
     * The same with what it needs to know.
     *
     * @return as {@link #ask(Path, String)}
     */
    public static Optional<JsonNode> ask(Path directory, String name, JsonNode wanted)
            throws IOException {
        return ask(directory, name, wanted, (done, of) -> {});
    }

    /**
     * The same for an act that takes its time.
     *
     * @param told how much of a hundred is done, if {@code wanted} asks for it
     * @return as {@link #ask(Path, String)}
     */
    public static Optional<JsonNode> ask(Path directory, String name, JsonNode wanted, Told told)
            throws IOException {
        Path path = directory.resolve(NAME);
        if (!Files.exists(path)) {
            return Optional.empty();
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            String asked = wanted.isEmpty() ? name : name + " " + JSON.writeValueAsString(wanted);
            write(channel, asked);
            BufferedReader answers = reader(channel);
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                JsonNode answer = JSON.readTree(line);
                if (!answer.has("percent")) {
                    return Optional.of(answer);
                }
                told.progress(answer.path("percent").asLong(), 100);
            }
            throw new IOException("the server stopped before it answered");
        } catch (java.net.ConnectException | ClosedChannelException e) {
            return Optional.empty(); // A socket that a killed server left behind.
        }
    }

    @Override
    public void close() {
        ServerSocketChannel listening = server;
        if (listening == null) {
            return;
        }
        try {
            listening.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "closing the control socket: {0}", e.getMessage());
        }
    }
}
