package org.todoku.appliance.delivery;

import java.time.Duration;

/**
 * The port through which the dispatcher learns that its claims would survive this machine.
 *
 * <p>Implementations are thread-safe.
 */
@FunctionalInterface
public interface Durability {
    /** For an appliance without an archive: what is committed here is as durable as it gets. */
    Durability LOCAL =
            new Durability() {
                @Override
                public boolean awaitArchived(Duration timeout) {
                    return true;
                }

                @Override
                public boolean isImmediate() {
                    return true;
                }
            };

    /**
     * Waits until everything committed before this call is in the archive.
     *
     * @return false when the timeout passed first
     */
    boolean awaitArchived(Duration timeout) throws InterruptedException;

    /** Whether that takes no time at all. */
    default boolean isImmediate() {
        return false;
    }
}
