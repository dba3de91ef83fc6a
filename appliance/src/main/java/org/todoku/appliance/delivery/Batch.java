package org.todoku.appliance.delivery;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Claimed parcels whose outcomes are not all recorded yet; gives its slot back when they are. */
final class Batch {
    private final AtomicInteger open;
    private final Semaphore slots;

    Batch(int size, Semaphore slots) {
        this.open = new AtomicInteger(size);
        this.slots = slots;
    }

    void recorded() {
        if (open.decrementAndGet() == 0) {
            slots.release();
        }
    }

    int open() {
        return open.get();
    }
}
