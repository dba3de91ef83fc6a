package org.todoku.migrate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.HostName;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.restore.Standby;
import org.todoku.backup.restore.StreamStart;
import org.todoku.backup.volume.LogFrame;

/**
 * A standby's line to the writer: opened whenever the standby may go on from there, and again by
 * itself when it broke. What comes is on the disk here before the writer is told so. A line on
 * which nothing was heard for {@code SILENCE} is broken.
 */
final class WriterLine implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SILENCE = Duration.ofSeconds(4);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final Duration AGAIN = Duration.ofMillis(500);

    private final Standby standby;
    private final OldHost writer;
    private final Output output;
    private final Thread thread;
    private volatile boolean closed;
    private volatile String trouble = "not opened yet";

    WriterLine(Standby standby, OldHost writer, Output output) {
        this.standby = standby;
        this.writer = writer;
        this.output = output;
        this.thread = Thread.ofPlatform().daemon().name("writer-line").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Why there is no line now; empty while there is one. */
    String trouble() {
        return trouble;
    }

    /** Returns when nothing more is taken. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(ANSWER);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            try {
                Optional<StreamStart> start = standby.streamStart();
                if (start.isPresent()) {
                    writer.requireFeeds();
                    follow(start.get());
                }
                Thread.sleep(AGAIN);
            } catch (InterruptedException e) {
                return;
            } catch (Refusal | BackupException e) {
                broke(String.valueOf(e.getMessage()));
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(AGAIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    private void follow(StreamStart start) throws InterruptedException {
        Listener listener = new Listener(start);
        WebSocket line = open(listener);
        try {
            line.sendText(hello(start), true).get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            broke(listener.await(line));
        } catch (ExecutionException | TimeoutException e) {
            broke("the writer did not take the hello: " + e);
        } finally {
            line.abort();
            listener.end();
        }
    }

    private WebSocket open(Listener listener) throws InterruptedException {
        try {
            return writer.line(listener).get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw Refusal.failed("no line to " + writer.address() + ": " + cause, "it tries again");
        }
    }

    private void broke(String why) {
        if (!why.equals(trouble) && !closed) {
            output.note("stream", "follows the archive alone: " + why);
        }
        trouble = why;
    }

    private static String hello(StreamStart start) {
        try {
            return JSON.writeValueAsString(
                    Map.of(
                            "standby", start.standby(),
                            "host", HostName.here(),
                            "epoch", start.epoch(),
                            "from", start.from().toString(),
                            "kept", start.kept().orElse("")));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes what comes, a message at a time: the next is asked for when this one is answered. */
    private final class Listener implements WebSocket.Listener {
        private final StreamStart start;
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream message = new ByteArrayOutputStream();
        private final CompletableFuture<String> over = new CompletableFuture<>();
        private volatile long heardNanos = System.nanoTime();
        private boolean ended;

        Listener(StreamStart start) {
            this.start = start;
        }

        /** Until it is over; why. */
        String await(WebSocket line) throws InterruptedException {
            while (!over.isDone()) {
                try {
                    return over.get(AGAIN.toMillis(), TimeUnit.MILLISECONDS);
                } catch (TimeoutException e) {
                    if (System.nanoTime() - heardNanos > SILENCE.toNanos()) {
                        line.abort();
                        return "nothing was heard of the writer for " + SILENCE.toSeconds() + " s";
                    }
                } catch (ExecutionException e) {
                    return e.toString();
                }
            }
            return over.join();
        }

        /** After this nothing is taken: what comes late was not confirmed. */
        synchronized void end() {
            ended = true;
            standby.streamEnded();
        }

        @Override
        public @Nullable CompletionStage<?> onText(
                WebSocket line, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    begin(JSON.readTree(text.toString()));
                } catch (JsonProcessingException | BackupException e) {
                    over.complete(String.valueOf(e.getMessage()));
                }
            }
            line.request(1);
            return null;
        }

        private synchronized void begin(JsonNode answer) {
            if (!ended && answer.path("epoch").asLong() == start.epoch()) {
                standby.streamBegan(start, answer.path("number").asLong());
                heardNanos = System.nanoTime();
                trouble = "";
                output.note("stream", "fed by " + writer.address() + " from " + start.from());
            } else {
                over.complete("the writer answers for another epoch");
            }
        }

        @Override
        public @Nullable CompletionStage<?> onBinary(
                WebSocket line, ByteBuffer data, boolean last) {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            message.writeBytes(part);
            if (last) {
                heardNanos = System.nanoTime();
                try {
                    take(line, message.toByteArray());
                } catch (BackupException | CompletionException e) {
                    over.complete(String.valueOf(e.getMessage()));
                }
                message.reset();
            }
            line.request(1);
            return null;
        }

        private synchronized void take(WebSocket line, byte[] whole) {
            LogFrame frame = LogFrame.decode(whole).orElse(null);
            if (frame == null || ended || over.isDone()) {
                over.complete("a message was damaged on its way");
                return;
            }
            byte[] held = LogFrame.held(frame.epoch(), standby.take(frame)).encode();
            line.sendBinary(ByteBuffer.wrap(held), true).join();
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket line, int status, String reason) {
            over.complete(reason.isEmpty() ? "the writer closed the line" : reason);
            return null;
        }

        @Override
        public void onError(WebSocket line, Throwable thrown) {
            over.complete(thrown.toString());
        }
    }
}
