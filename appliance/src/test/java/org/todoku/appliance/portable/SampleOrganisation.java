package org.todoku.appliance.portable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Schema;
import org.todoku.appliance.store.Tx;
import org.todoku.appliance.store.WriteGate;

/** A database in memory with an organisation in which there is one of everything. */
final class SampleOrganisation implements AutoCloseable {
    static final long AT = Instant.parse("2026-11-20T01:02:03.004Z").toEpochMilli();
    static final byte[] MAIL =
            "Subject: ?\r\n\r\n\u3042".getBytes(java.nio.charset.StandardCharsets.UTF_8);

    final Database database;
    final MemoryFiles files = new MemoryFiles();
    final Ids ids = new Ids(InstantSource.system(), new Random());
    final Organisations organisations;

    /** Files in memory. */
    static final class MemoryFiles implements FileStore {
        final Map<String, byte[]> kept = new HashMap<>();

        @Override
        public String put(byte[] content) {
            String name = java.util.HexFormat.of().formatHex(ExportZip.sha256().digest(content));
            kept.put(name, content);
            return name;
        }

        @Override
        public Optional<byte[]> get(String sha256) {
            return Optional.ofNullable(kept.get(sha256));
        }
    }

    /** An empty one. */
    SampleOrganisation(String name) {
        database = Database.open("jdbc:derby:memory:" + name + ";create=true", new WriteGate());
        Schema.migrate(database);
        organisations = new Organisations(database, ids, InstantSource.system());
    }

    Organisation fill() {
        Organisation school = organisations.create("青葉小学校", "aoba");
        Organisation other = organisations.create("別の会", "betsu");
        String picture = files.put(new byte[] {1, 2, 3});
        database.change(
                tx -> {
                    fill(tx, other.id().value(), 9_000_000_000L, "other@example.jp", picture);
                    fill(tx, school.id().value(), 1_000_000_000L, "admin@example.jp", picture);
                    tx.update(
                            "INSERT INTO api_token(id, organisation_id, hash, label, created)"
                                    + " VALUES (?, ?, 'HASHOFTOKEN', 'l', ?)",
                            5L,
                            school.id().value(),
                            AT);
                });
        return school;
    }

    private static void fill(Tx tx, long school, long n, String admin, String picture) {
        tx.update(
                "INSERT INTO administrator(id, organisation_id, email, name, password_hash, role,"
                        + " created) VALUES (?, ?, ?, '山田, \"太郎\"', 'SECRETHASH', 'administrator', ?)",
                n,
                school,
                admin,
                AT);
        String[] names = {"髙橋 はな", "=1+1", "佐藤\n改行", "left \uD83D\uDE00"};
        for (int i = 0; i < names.length; i++) {
            boolean left = i == 3;
            tx.update(
                    "INSERT INTO member(id, organisation_id, name, kana, state, joined, left_at,"
                            + " external_number, mail_charset) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    n + 10 + i,
                    school,
                    names[i],
                    i == 0 ? "タカハシ" : "",
                    left ? "left" : "joined",
                    AT + i,
                    left ? Optional.of(AT + 99) : Optional.empty(),
                    i == 0 ? Optional.of("0042") : Optional.empty(),
                    i == 1 ? Optional.of("iso-2022-jp") : Optional.empty());
            String address = i == 1 ? "a..b@docomo.ne.jp" : "M" + i + "@Example.com";
            tx.update(
                    "INSERT INTO contact(id, member_id, organisation_id, address, address_key, state,"
                            + " reason) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    n + 20 + i,
                    n + 10 + i,
                    school,
                    address,
                    org.todoku.appliance.kernel.EmailAddress.of(address).key(),
                    i == 2 ? "quarantined" : "active",
                    i == 2 ? Optional.of("550 no such user") : Optional.empty());
        }
        tx.update(
                "INSERT INTO profile_item(id, organisation_id, name, kind, item_order, choices)"
                        + " VALUES (?, ?, '学年', 'multiple', 0, ?), (?, ?, '組', 'text', 1, '')",
                n + 30,
                school,
                "1\n2\n3",
                n + 31,
                school);
        tx.update(
                "INSERT INTO profile_value(member_id, item_id, content) VALUES (?, ?, '1'), (?, ?, '3')",
                n + 10,
                n + 30,
                n + 10,
                n + 30);
        messages(tx, school, n, picture);
        mails(tx, school, n);
        tx.update(
                "INSERT INTO audit(id, organisation_id, happened, actor, act, detail)"
                        + " VALUES (?, ?, ?, 'admin@example.jp', 'send', 'x')",
                n + 90,
                school,
                AT);
    }

    private static void messages(Tx tx, long school, long n, String picture) {
        String[] states = {"sent", "sending"};
        for (int i = 0; i < states.length; i++) {
            tx.update(
                    "INSERT INTO message(id, organisation_id, author, subject, body, urgent, audience,"
                            + " state, created, send_at, send_not_after, idempotency_key, when_late,"
                            + " markup) VALUES (?, ?, 'admin@example.jp', '件名', ?, ?, ?, ?, ?, ?, ?, ?,"
                            + " ?, ?)",
                    n + 40 + i,
                    school,
                    "本文\r\n\"引用\"、カンマ,",
                    i == 0,
                    i == 0 ? "{\"everyone\":true}" : "{\"members\":[\"" + (n + 10) + "\"]}",
                    states[i],
                    AT,
                    AT,
                    i == 0 ? Optional.of(AT + 1) : Optional.empty(),
                    "key" + i,
                    i == 0 ? Optional.of("mark") : Optional.empty(),
                    i == 0 ? Optional.of("markdown") : Optional.empty());
        }
        tx.update(
                "INSERT INTO attachment(message_id, place, name, type, bytes, sha256)"
                        + " VALUES (?, 0, '地図.png', 'image/png', 3, ?)",
                n + 40,
                picture);
        String[] outcomes = {"handedOver", "suppressed", "inDoubt", "refused"};
        String[] open = {"queued", "claimed", "deferred", "handedOver"};
        for (int i = 0; i < 4; i++) {
            delivery(tx, n, 0, i, outcomes[i]);
            delivery(tx, n, 1, i, open[i]);
        }
        tx.update(
                "INSERT INTO message_read(message_id, member_id, read_at) VALUES (?, ?, ?)",
                n + 40,
                n + 10,
                AT + 5);
        tx.update(
                "INSERT INTO survey_choice(message_id, place, label) VALUES (?, 0, '○ 参加')",
                n + 40);
        tx.update(
                "INSERT INTO survey_choice(message_id, place, label) VALUES (?, 1, '× 不参加')",
                n + 40);
        tx.update(
                "INSERT INTO answer(message_id, member_id, place, source, answered_at)"
                        + " VALUES (?, ?, 1, 'mail', ?)",
                n + 40,
                n + 10,
                AT + 6);
    }

    private static void delivery(Tx tx, long n, int message, int i, String outcome) {
        tx.update(
                "INSERT INTO delivery(id, message_id, member_id, contact_id, address, outcome,"
                        + " attempts, created, claimed_at, finished_at, next_attempt, stage, response,"
                        + " relay, mail_id) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?, NULL, ?, '250 ok', NULL, ?)",
                n + 50 + message * 10L + i,
                n + 40 + message,
                n + 10 + i,
                n + 20 + i,
                "m" + i + "@example.com",
                outcome,
                AT,
                AT,
                AT,
                i == 0 ? Optional.of("data") : Optional.empty(),
                "<" + n + "." + message + "." + i + "@example.jp>");
    }

    private static void mails(Tx tx, long school, long n) {
        String[] outcomes = {"handedOver", "queued", "claimed"};
        for (int i = 0; i < outcomes.length; i++) {
            tx.update(
                    "INSERT INTO outgoing_mail(id, organisation_id, recipient, recipient_key, cause,"
                            + " in_reply_to, subject, body, outcome, attempts, created, claimed_at,"
                            + " finished_at) VALUES (?, ?, 'x@example.com', 'x@example.com', ?, NULL,"
                            + " 'ようこそ', 'b', ?, 1, ?, ?, NULL)",
                    n + 70 + i,
                    school,
                    "inbound:" + (n + 80 + i),
                    outcomes[i],
                    AT,
                    AT);
        }
        String[] states = {"done", "new", "inquiry"};
        for (int i = 0; i < states.length; i++) {
            tx.update(
                    "INSERT INTO inbound_mail(id, received, envelope_from, envelope_to, mail_id, raw,"
                            + " state, result, subject, excerpt, organisation_id, member_id)"
                            + " VALUES (?, ?, '', ?, ?, ?, ?, NULL, ?, NULL, ?, ?)",
                    n + 80 + i,
                    AT,
                    "aoba@example.jp",
                    "<in" + n + i + "@example.com>",
                    MAIL,
                    states[i],
                    i == 0 ? Optional.of("退会") : Optional.empty(),
                    school,
                    i == 0 ? Optional.of(n + 10) : Optional.empty());
        }
    }

    /** The file, made at a fixed time. */
    Path export(Path to, String slug) throws IOException {
        Organisation school = organisations.bySlug(slug).orElseThrow();
        byte[] bytes =
                database.readWithin(
                        Duration.ofMinutes(1),
                        tx -> {
                            var out = new ByteArrayOutputStream();
                            try {
                                var made =
                                        new Export(tx, files, school, (done, of) -> {})
                                                .write(out, "test", Instant.ofEpochMilli(AT));
                                assert made.version() == Manifest.VERSION;
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                            return out.toByteArray();
                        });
        return Files.write(to, bytes);
    }

    Organisation take(Path from, String slug) throws IOException {
        try (ExportFile file = ExportFile.open(from)) {
            Import.keepFiles(file, files);
            return database.writeWithin(
                    Duration.ofMinutes(1),
                    tx -> {
                        Import work = new Import(file, tx, ids, (done, of) -> {});
                        work.refuse(work.conflicts(slug, true));
                        return work.run(organisations, slug, true);
                    });
        }
    }

    long count(String sql) {
        return database.read(tx -> tx.number(sql));
    }

    @Override
    public void close() {
        database.close();
    }
}
