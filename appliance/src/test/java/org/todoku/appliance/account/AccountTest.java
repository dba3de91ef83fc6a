package org.todoku.appliance.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

@SuppressWarnings("NullAway.Init")
class AccountTest {
    private static final EmailAddress ADMIN = EmailAddress.of("admin@example.jp");
    private static final Secret PASSWORD = new Secret("correct horse");

    @TempDir Path dir;
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-22T00:00:00Z"));
    private final InstantSource clock = now::get;
    private final Ids ids = new Ids(clock, new Random(1));
    private Database database;
    private Organisation school;

    @BeforeEach
    void open() {
        database = TestStore.open(dir);
        school = new Organisations(database, ids, clock).create("緑小学校", "midori");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void signsInWithTheRightPasswordOnlyAndWithoutWriting() {
        Administrators administrators = new Administrators(database, ids, clock);
        Administrator admin = administrators.create(school.id(), ADMIN, "校長", PASSWORD);
        database.gate().close("the disk does not answer", "wait");

        assertThat(administrators.signIn(EmailAddress.of("ADMIN@example.jp"), PASSWORD))
                .contains(admin);
        assertThat(administrators.signIn(ADMIN, new Secret("wrong horse"))).isEmpty();
        assertThat(administrators.signIn(EmailAddress.of("nobody@example.jp"), PASSWORD)).isEmpty();
        assertThatThrownBy(
                        () -> administrators.changePassword(admin.id(), new Secret("new password")))
                .hasMessageContaining("[storage-unavailable]");
    }

    @Test
    void aChangedPasswordReplacesTheOldOne() {
        Administrators administrators = new Administrators(database, ids, clock);
        Administrator admin = administrators.create(school.id(), ADMIN, "校長", PASSWORD);
        administrators.changePassword(admin.id(), new Secret("battery staple"));
        assertThat(administrators.signIn(ADMIN, PASSWORD)).isEmpty();
        assertThat(administrators.signIn(ADMIN, new Secret("battery staple"))).contains(admin);
        assertThatThrownBy(() -> administrators.create(school.id(), ADMIN, "again", PASSWORD))
                .hasMessageContaining("[conflict]");
    }

    @Test
    void cookiesAreSignedAndExpire() {
        Sessions sessions = new Sessions(ServerSecret.of(database, new SecureRandom()), clock);
        String cookie = sessions.issue(new AdministratorId(7));
        // The secret lives in the database: another process opens the same cookie.
        Sessions afterRestart = new Sessions(ServerSecret.of(database, new SecureRandom()), clock);

        Session session = afterRestart.open(cookie).orElseThrow();
        assertThat(session.administrator()).isEqualTo(new AdministratorId(7));
        assertThat(sessions.csrfMatches(session, session.csrf())).isTrue();
        assertThat(sessions.csrfMatches(session, "x")).isFalse();
        assertThat(sessions.open("8" + cookie.substring(1))).isEmpty();
        assertThat(sessions.open("")).isEmpty();
        assertThat(sessions.open("a.b.c.d")).isEmpty();

        now.updateAndGet(time -> time.plus(Duration.ofHours(12)));
        assertThat(sessions.open(cookie)).isEmpty();
    }

    @Test
    void linksOpenForTheirPurposeOnly() {
        SignedTokens tokens = new SignedTokens(ServerSecret.of(database, new SecureRandom()));
        String token = tokens.sign("message", 1, 2);
        assertThat(tokens.open("message", token).orElseThrow()).containsExactly(1, 2);
        assertThat(tokens.open("profile", token)).isEmpty();
        assertThat(tokens.open("message", token.substring(1))).isEmpty();
        assertThat(tokens.open("message", "A" + token.substring(1).replace('a', 'b') + "!"))
                .isEmpty();
        assertThat(token).matches("[A-Za-z0-9_-]+");
    }

    @Test
    void apiTokensBelongToOneOrganisation() {
        ApiTokens tokens = new ApiTokens(database, ids, clock, new SecureRandom());
        Secret token = tokens.create(school.id(), "setup");
        assertThat(tokens.open(token.value())).contains(school.id());
        assertThat(tokens.open(token.value() + "x")).isEmpty();
        assertThat(tokens.open("")).isEmpty();
    }

    @Test
    void refusesATakenOrUnusableSlug() {
        Organisations organisations = new Organisations(database, ids, clock);
        assertThatThrownBy(() -> organisations.create("二", "midori"))
                .hasMessageContaining("[conflict]");
        assertThatThrownBy(() -> organisations.create("二", "a+b"))
                .hasMessageContaining("[invalid-request]");
        assertThat(organisations.all()).containsExactly(school);
    }
}
