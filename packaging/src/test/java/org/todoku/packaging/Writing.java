package org.todoku.packaging;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/** Clients that make members one after the other; keeps the id of each that was acknowledged. */
final class Writing implements AutoCloseable {
    private static final long REST_NANOS = 20_000_000;

    private final Host host;
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    Writing(Host host, int count) {
        this.host = host;
        for (int i = 0; i < count; i++) {
            clients.execute(this::write);
        }
    }

    int count() {
        return acknowledged.size();
    }

    /** Ends, and gives the ids. */
    Set<String> stop() {
        close();
        return acknowledged;
    }

    private void write() {
        while (!stopping) {
            try {
                acknowledged.add(
                        host.post("/api/v1/members", "{\"name\":\"負荷\"}").get("id").asText());
            } catch (Exception e) {
                LockSupport.parkNanos(REST_NANOS);
            }
        }
    }

    /** Ends when all are answered. */
    @Override
    public void close() {
        stopping = true;
        clients.close();
    }
}
