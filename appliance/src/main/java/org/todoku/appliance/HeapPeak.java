package org.todoku.appliance;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.concurrent.locks.LockSupport;

/** The most heap that was in use after any collection while this was open: what is really held. */
final class HeapPeak implements AutoCloseable {
    private static final long EVERY_NANOS = 50_000_000;

    private final Thread watch;
    private volatile boolean over;
    private volatile long most;

    HeapPeak() {
        this.watch = Thread.ofPlatform().daemon().name("heap-peak").start(this::run);
    }

    double mebibytes() {
        return most / 1048576.0;
    }

    private void run() {
        while (!over) {
            long held = 0;
            for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
                MemoryUsage usage = pool.getCollectionUsage();
                if (pool.getType() == MemoryType.HEAP && usage != null) {
                    held += usage.getUsed();
                }
            }
            most = Math.max(most, held);
            LockSupport.parkNanos(EVERY_NANOS);
        }
    }

    @Override
    public void close() {
        over = true;
        LockSupport.unpark(watch);
    }
}
