package org.todoku.backup.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * Runs actors one call at a time, in an order that a seed decides: one may be paused for as long as
 * all others need to do everything, as a stopped process is, or be cut off from the store.
 */
final class Scheduler {
    private final Random random;
    private final Semaphore idle = new Semaphore(0);
    private final List<Actor> actors = new ArrayList<>();
    private long step;

    Scheduler(Random random) {
        this.random = random;
    }

    /** One of them. */
    final class Actor implements SimulatedStore.Turn {
        private final Semaphore go = new Semaphore(0);
        private long pausedUntil;
        private long cutOffUntil;
        private volatile boolean over;

        @Override
        public boolean isCutOff() {
            idle.release();
            go.acquireUninterruptibly();
            return step < cutOffUntil;
        }

        private void run(Runnable work) {
            go.acquireUninterruptibly();
            try {
                work.run();
            } finally {
                over = true;
                idle.release();
            }
        }
    }

    Actor actor() {
        Actor actor = new Actor();
        actors.add(actor);
        return actor;
    }

    void begin(Actor actor, Runnable work) {
        Thread.ofVirtual().start(() -> actor.run(work));
    }

    /** Until all are over. */
    void run(Runnable between) {
        while (true) {
            List<Actor> left = actors.stream().filter(actor -> !actor.over).toList();
            if (left.isEmpty()) {
                return;
            }
            List<Actor> awake = left.stream().filter(a -> a.pausedUntil <= step).toList();
            step++;
            if (!awake.isEmpty()) {
                Actor next = awake.get(random.nextInt(awake.size()));
                disturb(next);
                next.go.release();
                idle.acquireUninterruptibly();
            }
            if (random.nextInt(20) == 0) {
                between.run();
            }
        }
    }

    private void disturb(Actor actor) {
        int dice = random.nextInt(200);
        if (dice == 0) {
            actor.pausedUntil = step + random.nextInt(400);
        } else if (dice == 1) {
            actor.cutOffUntil = step + random.nextInt(200);
        }
    }
}
