package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A planned move while a standby is fed, which has commits that are not in the archive yet: to
 * another host, and to the standby's own.
 */
class MoveBesideStandbyTest {
    private static final String SELDOM = "1h";

    @TempDir Path folder;

    @Test
    void whatAnotherStandbyHasDoesNotHinderIt() throws Exception {
        SampleService old = old();
        SampleService beside = old.next(folder.resolve("beside"));
        SampleService next = old.next(folder.resolve("next"));
        Files.copy(old.key(), next.key());
        try (Child server = old.serve();
                Child standby = fed(old, beside)) {
            old.addMembers("late", 10);
            assertThat(server.isAlive()).isTrue();
            try (Child moved = move(old, next)) {
                moved.await("  ! ready http");
                assertThat(next.get("/api/v1/members?query=late")).contains("late 9");
                assertThat(standby.isAlive()).isTrue();
            }
        }
    }

    @Test
    void theServiceMovesOntoItsOwnFedStandby() throws Exception {
        SampleService old = old();
        SampleService next = old.next(folder.resolve("next"));
        try (Child server = old.serve()) {
            try (Child standby = fed(old, next)) {
                old.addMembers("late", 10);
                standby.signal("TERM");
                assertThat(standby.status()).isNotNegative();
            }
            assertThat(server.isAlive()).isTrue();
            try (Child moved = move(old, next)) {
                moved.await("  ! ready http");
                assertThat(next.get("/api/v1/members?query=late")).contains("late 9");
            }
        }
    }

    private SampleService old() throws Exception {
        SampleService old = new SampleService(folder.resolve("old"), "local-or-archive").setUp();
        old.configure(SELDOM);
        Files.writeString(folder.resolve("token"), old.token() + "\n");
        return old;
    }

    private Child fed(SampleService old, SampleService standby) throws Exception {
        Files.deleteIfExists(standby.key());
        Files.copy(old.key(), standby.key());
        Child child =
                Child.start(
                        standby.folder,
                        Main.class,
                        "standby",
                        "--no-rehearsal",
                        "--data",
                        standby.data().toString(),
                        "--config",
                        standby.config().toString(),
                        "--from",
                        "http://127.0.0.1:" + old.port(),
                        "--token-file",
                        folder.resolve("token").toString());
        child.await("  ! fed by ");
        return child;
    }

    private Child move(SampleService old, SampleService next) throws Exception {
        return Child.start(
                next.folder,
                Main.class,
                "move",
                "--from",
                "http://127.0.0.1:" + old.port(),
                "--token-file",
                folder.resolve("token").toString(),
                "--data",
                next.data().toString(),
                "--config",
                next.config().toString());
    }
}
