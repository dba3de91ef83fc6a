package org.todoku.appliance.delivery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.account.ServerSecret;
import org.todoku.appliance.account.SignedTokens;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.audience.Audiences;
import org.todoku.appliance.delivery.bounce.Bounces;
import org.todoku.appliance.delivery.direct.Exchanges;
import org.todoku.appliance.delivery.direct.StsPolicies;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.member.ProfileItems;
import org.todoku.appliance.member.Roster;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.MemoryFiles;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

/** The features wired together on a real database, with a clock that can be set forward. */
public final class Network implements AutoCloseable {
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    public final InstantSource clock = () -> Instant.now().plus(ahead.get());
    public final Database database;
    public final Ids ids = new Ids(clock, new Random(42));
    public final Organisations organisations;
    public final ProfileItems items;
    public final Members members;
    public final Roster roster;
    public final Messages messages;
    public final Attachments attachments;
    public final Ledger ledger;
    public final Sending sending;
    public final MailSettings settings;
    public final MailText texts;
    public final SignedTokens tokens;
    public final Reads reads;
    public final OutgoingMail outgoing;
    public final Organisation school;

    public Network(Path dir, Relay... relays) {
        database = TestStore.open(dir);
        organisations = new Organisations(database, ids, clock);
        items = new ProfileItems(database, ids);
        members = new Members(database, ids, clock, items);
        roster = new Roster(database, ids, clock, items);
        messages = new Messages(database, ids, clock);
        ledger = new Ledger(database, messages);
        settings =
                new MailSettings(
                        "todoku.example",
                        URI.create("http://localhost:8080"),
                        Language.JA,
                        List.of(),
                        List.of(relays),
                        false);
        Audiences audiences = new Audiences(database);
        sending =
                new Sending(
                        database,
                        ids,
                        clock,
                        new Sending.Parts(
                                messages, audiences, new Audit(database, ids, clock), settings));
        tokens = new SignedTokens(ServerSecret.of(database, new SecureRandom()));
        attachments = new Attachments(database, new MemoryFiles());
        texts = new MailText(settings, tokens, clock, attachments::content);
        reads = new Reads(database, clock);
        outgoing = new OutgoingMail(ids, clock);
        school =
                organisations
                        .bySlug("midori")
                        .orElseGet(() -> organisations.create("緑小学校", "midori"));
    }

    public void member(String email) {
        members.create(
                school.id(),
                new NewMember("会員 " + email, "", List.of(EmailAddress.of(email)), Map.of()));
    }

    public void membersByList(int number) {
        membersByList(number, "example.jp");
    }

    /** So many, with addresses of one domain. */
    public void membersByList(int number, String domain) {
        StringBuilder csv = new StringBuilder("氏名,メール\n");
        for (int i = 0; i < number; i++) {
            csv.append("会員 %d %s,m%d@%s\n".formatted(i, domain, i, domain));
        }
        roster.importCsv(
                school.id(),
                csv.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Language.JA);
    }

    public MessageId send(boolean urgent) {
        return send(urgent, Optional.empty());
    }

    public MessageId send(boolean urgent, Optional<Instant> notAfter) {
        NewMessage message =
                new NewMessage(
                        "運動会は延期します ①㈱髙",
                        "明日の運動会は～雨のため延期です。\n.\n..点",
                        new Audience.Everyone(),
                        urgent,
                        Optional.empty(),
                        notAfter);
        return sending.send(school.id(), "test", message, Optional.empty());
    }

    public Dispatcher dispatcher(Durability durability) {
        return new Dispatcher(database, clock, parts(durability), Duration.ofMillis(300));
    }

    /** What a dispatcher is made of here; asks no name server. */
    public Dispatcher.Parts parts(Durability durability) {
        Names nowhere =
                Names.at(Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
        return new Dispatcher.Parts(
                texts,
                settings,
                new Bounces(ids),
                durability,
                new Exchanges(nowhere, new StsPolicies(nowhere, clock)),
                new Random(7));
    }

    public void goAhead(Duration time) {
        ahead.updateAndGet(before -> before.plus(time));
    }

    /** Waits until the condition holds; fails after 20 s. */
    public static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("did not happen within 20 s");
            }
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public void close() {
        database.close();
    }
}
