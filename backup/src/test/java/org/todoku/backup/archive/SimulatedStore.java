package org.todoku.backup.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.ObjectInfo;
import org.todoku.backup.objects.ObjectStore;

/**
 * A store in memory that many actors use in an order that a seed decides. A call may be lost on its
 * way, its answer may be lost, or it is carried out long after whoever made it has given up.
 */
final class SimulatedStore {
    private final TreeMap<String, byte[]> objects = new TreeMap<>();
    private final List<Runnable> late = new ArrayList<>();
    private final Random random;
    private boolean faults = true;

    SimulatedStore(Random random) {
        this.random = random;
    }

    /** A turn: returns when the scheduler lets the actor go on; says whether it is cut off. */
    interface Turn {
        boolean isCutOff();
    }

    void noMoreFaults() {
        faults = false;
    }

    void faults() {
        faults = true;
    }

    /** Something that was under way arrives. */
    void deliverLate() {
        if (!late.isEmpty()) {
            late.remove(random.nextInt(late.size())).run();
        }
    }

    /** The store as one actor reaches it. */
    ObjectStore reachedBy(Turn turn) {
        return new Reached(turn);
    }

    private boolean put(String key, byte[] content) {
        return objects.putIfAbsent(key, content) == null;
    }

    private final class Reached implements ObjectStore {
        private final Turn turn;

        Reached(Turn turn) {
            this.turn = turn;
        }

        @Override
        public boolean create(String key, byte[] content) {
            lost(key);
            int dice = faults ? random.nextInt(100) : 99;
            if (dice < 4) {
                late.add(() -> put(key, content));
                throw unreachable(key);
            }
            boolean created = put(key, content);
            if (dice < 8) {
                // A client that tries again by itself does the same twice.
                throw unreachable(key);
            }
            return created;
        }

        @Override
        public Optional<byte[]> get(String key) {
            lost(key);
            return Optional.ofNullable(objects.get(key));
        }

        @Override
        public List<ObjectInfo> list(String prefix) {
            lost(prefix);
            return objects.tailMap(prefix).entrySet().stream()
                    .takeWhile(entry -> entry.getKey().startsWith(prefix))
                    .map(entry -> new ObjectInfo(entry.getKey(), entry.getValue().length))
                    .toList();
        }

        private void lost(String key) {
            boolean cutOff = turn.isCutOff();
            if (faults && (cutOff || random.nextInt(100) < 3)) {
                throw unreachable(key);
            }
        }

        private BackupException unreachable(String key) {
            return new BackupException(
                    BackupFault.STORE_UNREACHABLE, "reaching " + key, "simulated", "none");
        }

        @Override
        public void replace(String key, byte[] content) {
            throw new AssertionError("replaced: " + key);
        }

        @Override
        public void delete(String key) {
            throw new AssertionError("deleted: " + key);
        }

        @Override
        public String location() {
            return "simulation";
        }

        @Override
        public void close() {}
    }
}
