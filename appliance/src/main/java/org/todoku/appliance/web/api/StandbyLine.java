package org.todoku.appliance.web.api;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import io.helidon.websocket.WsUpgradeException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.continuity.StandbySource;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.web.Problem;

/**
 * The line of one standby: a token of the owner's at the door, then its hello, then log to it and
 * its word back. Messages from it are a few bytes; anything longer ends the line.
 */
final class StandbyLine implements WsListener, StandbySource.Line {
    static final String PATH = "/api/v1/standby/stream";

    /** Close codes of the application's own begin here (RFC 6455, 7.4.2). */
    private static final int REFUSED = 4000;

    private static final int LONGEST_REASON = 100;
    private static final int HELLO = 4096;
    private static final int WORD = 256;

    private final StandbyApi api;
    private final StandbySource source;
    private final ReentrantLock sending = new ReentrantLock();
    private final CountDownLatch answered = new CountDownLatch(1);
    private volatile @Nullable WsSession session;
    private volatile StandbySource.@Nullable Fed fed;

    StandbyLine(StandbyApi api, StandbySource source) {
        this.api = api;
        this.source = source;
    }

    @Override
    public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers headers) {
        try {
            api.requireOwner(headers.first(HeaderNames.AUTHORIZATION));
            return Optional.empty();
        } catch (Problem | FaultException e) {
            throw new WsUpgradeException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void onOpen(WsSession opened) {
        session = opened;
    }

    @Override
    public void onMessage(WsSession from, String text, boolean last) {
        if (!last || fed != null || text.length() > HELLO) {
            close("a hello comes once and whole");
            return;
        }
        try {
            StandbySource.Fed begun = source.begin(text, this);
            fed = begun;
            from.send(begun.answer(), true);
            answered.countDown();
        } catch (FaultException e) {
            close(e.why());
        }
    }

    @Override
    public void onMessage(WsSession from, BufferData buffer, boolean last) {
        StandbySource.Fed begun = fed;
        if (begun == null || !last || buffer.available() > WORD) {
            close("this is no word of a standby");
            return;
        }
        byte[] message = new byte[buffer.available()];
        if (buffer.read(message) == message.length) {
            begun.received(message);
        }
    }

    @Override
    public void onClose(WsSession from, int status, String reason) {
        ended(reason.isEmpty() ? "the standby went" : reason);
    }

    @Override
    public void onError(WsSession from, Throwable thrown) {
        ended(thrown.toString());
    }

    private void ended(String why) {
        StandbySource.Fed begun = fed;
        if (begun != null) {
            begun.closed(why);
        }
    }

    @Override
    public void send(byte[] message) throws IOException {
        WsSession open = session;
        try {
            if (open == null || !answered.await(5, TimeUnit.SECONDS)) {
                throw new IOException("the line is not open");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        sending.lock();
        try {
            open.send(BufferData.create(message), true);
        } catch (RuntimeException e) {
            throw new IOException("the line broke: " + e.getMessage(), e);
        } finally {
            sending.unlock();
        }
    }

    /** On a thread of its own: a line on which nothing moves takes no farewell either. */
    @Override
    public void close(String why) {
        WsSession open = session;
        if (open != null) {
            Thread.ofVirtual().name("standby-close").start(() -> close(open, why));
        }
    }

    private void close(WsSession open, String why) {
        boolean free = sending.tryLock();
        try {
            if (free) {
                open.close(REFUSED, why.substring(0, Math.min(why.length(), LONGEST_REASON)));
            } else {
                open.terminate();
            }
        } catch (RuntimeException e) {
            // It is gone already.
        } finally {
            if (free) {
                sending.unlock();
            }
        }
    }
}
