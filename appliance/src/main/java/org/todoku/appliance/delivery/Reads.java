package org.todoku.appliance.delivery;

import java.time.Duration;
import java.time.InstantSource;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.store.Database;

/** Who opened which message, written behind. Thread-safe. */
public final class Reads {
    public Reads(Database database, InstantSource clock) {}

    /** Notes it in memory; written within a second. */
    public void markRead(MessageId message, MemberId member) {
        notYet();
    }

    /** Starts the writer. */
    public void start() {
        notYet();
    }

    /** Writes what is left and stops. */
    public boolean stop(Duration deadline) {
        return notYet();
    }

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T notYet() {
        throw new UnsupportedOperationException();
    }
}
