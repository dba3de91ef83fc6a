package org.todoku.backup;

import java.nio.file.Path;

/**
 * The child process of {@link KillFaultTest}: commits rows and says which were confirmed; with a
 * fourth argument it takes one base after the other meanwhile.
 */
public final class KillChild {
    private KillChild() {}

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) throws Exception {
        ForcePolicy force = ForcePolicy.valueOf(args[2]);
        TestDatabase database = TestDatabase.open(Path.of(args[0]), args[1], force);
        if (args.length > 3) {
            Thread.ofPlatform().daemon().start(() -> takeBases(database.backup));
        }
        int next = database.rows().size();
        System.out.println("found " + next);
        while (true) {
            database.insert(next, 1);
            System.out.println(next);
            next++;
        }
    }

    private static void takeBases(Backup backup) {
        while (true) {
            backup.takeBase();
        }
    }
}
