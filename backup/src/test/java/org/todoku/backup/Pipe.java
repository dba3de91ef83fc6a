package org.todoku.backup;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.restore.Standby;
import org.todoku.backup.restore.StreamStart;
import org.todoku.backup.ship.FeedSession;
import org.todoku.backup.ship.StandbyFeed;
import org.todoku.backup.volume.LogFrame;
import org.todoku.backup.volume.LogPosition;

/** The line between a writer and a standby in one process; can be cut, and can be held up. */
final class Pipe implements FeedSession.Out, AutoCloseable {
    private final LinkedBlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    private final Standby standby;
    private final FeedSession session;
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean held;

    private Pipe(StandbyFeed feed, Standby standby) {
        this.standby = standby;
        StreamStart start = standby.streamStart().orElseThrow();
        this.session =
                feed.attach(
                        new StandbyFeed.Hello(
                                start.standby(), "test", start.epoch(), start.from(), ""),
                        this);
        standby.streamBegan(start, session.number());
        this.thread = Thread.ofPlatform().daemon().name("pipe").start(this::run);
    }

    static Pipe between(Backup writer, Standby standby) {
        return new Pipe(writer.feed().orElseThrow(), standby);
    }

    /** From now on messages arrive, and nobody answers. */
    void holdUp() {
        held = true;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public void send(byte[] message) {
        messages.add(message);
    }

    @Override
    public void close(String reason) {
        closed = true;
    }

    /** The line breaks. */
    @Override
    public void close() {
        session.close("cut");
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                byte[] message = messages.poll(20, TimeUnit.MILLISECONDS);
                if (message != null && !held) {
                    LogFrame frame = LogFrame.decode(message).orElseThrow();
                    LogPosition reached = standby.take(frame);
                    session.received(LogFrame.held(frame.epoch(), reached).encode());
                }
            }
        } catch (InterruptedException | BackupException e) {
            session.close(String.valueOf(e.getMessage()));
        } finally {
            standby.streamEnded();
        }
    }
}
