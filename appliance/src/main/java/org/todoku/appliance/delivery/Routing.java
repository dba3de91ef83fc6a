package org.todoku.appliance.delivery;

import java.util.List;
import java.util.Optional;

/** Decides by which servers a mail leaves. Thread-safe. */
interface Routing {
    /** Either servers to try in their order, or a result without any. */
    sealed interface Choice {}

    /** Try these. */
    record Through(List<Route> routes) implements Choice {}

    /** There is nothing to try. */
    record Settled(SendResult result, String by) implements Choice {}

    /**
     * @param sender the number of the thread that asks, from 0
     */
    Choice choose(Parcel parcel, int sender) throws InterruptedException;

    /** What it means that none of the servers took a connection. */
    SendResult exhausted(SendResult.Unsent last);

    /** False while nothing can be sent at all. */
    boolean usable();

    /** The newest reason for that. */
    Optional<String> problem();

    /** How many senders there are. */
    int senders();

    /** How many of them one destination gets at most. */
    int connectionsEach();
}
