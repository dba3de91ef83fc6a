package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.audience.Audiences;
import org.todoku.appliance.delivery.MailSettings;
import org.todoku.appliance.delivery.Sending;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.Messages;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

/** 100,000 members and a message to all of them, in a process that has little memory. */
class ManyMembersIT {
    private static final int MEMBERS = 100_000;

    @TempDir Path folder;

    @Test
    void passThroughAProcessThatCouldNotHoldThem() throws Exception {
        assertThat(run(96, "portable")).contains("figure: export of 100,000 members");
        assertThat(run(160, "message")).contains("figure: a message to 100,000 members is stored");
    }

    private String run(int mebibytes, String what) throws Exception {
        Path said = folder.resolve(what);
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx" + mebibytes + "m",
                                "-XX:+UseSerialGC",
                                "-Dderby.stream.error.file=" + folder.resolve("derby.log"),
                                "-Dderby.storage.pageCacheSize=4000",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Child.class.getName(),
                                folder.toString(),
                                what)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        String words = Files.readString(said);
        assertThat(process.exitValue()).as(words).isZero();
        words.lines().filter(line -> line.startsWith("figure:")).forEach(System.out::println);
        return words;
    }

    /** The process. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws Exception {
            Path folder = Path.of(args[0]);
            if (args[1].equals("message")) {
                try (Database database = TestStore.open(folder.resolve("a"))) {
                    send(database);
                }
                return;
            }
            Path file = folder.resolve("export.zip");
            try (Database database = TestStore.open(Files.createDirectories(folder.resolve("a")))) {
                fill(database);
                long begun = System.nanoTime();
                Manifest made = export(database, file);
                System.out.printf(
                        "figure: export of %,d members and %,d deliveries: %.1f s, %,d bytes,"
                                + " in a process of 96 MiB%n",
                        made.rows("members.csv"),
                        made.rows("deliveries.csv"),
                        (System.nanoTime() - begun) / 1e9,
                        Files.size(file));
            }
            try (Database database = TestStore.open(Files.createDirectories(folder.resolve("b")))) {
                long begun = System.nanoTime();
                take(database, file);
                System.out.printf(
                        "figure: import of the same: %.1f s%n", (System.nanoTime() - begun) / 1e9);
                long members = database.read(tx -> tx.number("SELECT COUNT(*) FROM member"));
                long rows = database.read(tx -> tx.number("SELECT COUNT(*) FROM delivery"));
                if (members != MEMBERS || rows != MEMBERS) {
                    throw new IllegalStateException(members + " members, " + rows);
                }
            }
        }

        private static Manifest export(Database database, Path file) throws IOException {
            Ids ids = new Ids(InstantSource.system(), new Random(1));
            Organisations all = new Organisations(database, ids, InstantSource.system());
            try (OutputStream out = Files.newOutputStream(file)) {
                return database.readWithin(
                        Duration.ofMinutes(5),
                        tx -> {
                            var files = new SampleOrganisation.MemoryFiles();
                            try {
                                return new Export(tx, files, all.named(tx, "s"), (done, of) -> {})
                                        .write(out, "test", Instant.EPOCH);
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        });
            }
        }

        private static void send(Database database) {
            Ids ids = new Ids(InstantSource.system(), new Random(4));
            InstantSource clock = InstantSource.system();
            MailSettings settings =
                    new MailSettings(
                            "todoku.example",
                            URI.create("http://localhost:8080"),
                            Language.JA,
                            List.of(),
                            List.of(),
                            false);
            var parts =
                    new Sending.Parts(
                            new Messages(database, ids, clock),
                            new Audiences(database),
                            new Audit(database, ids, clock),
                            settings);
            NewMessage message =
                    new NewMessage(
                            "運動会は延期します",
                            "明日の運動会は雨のため延期です。",
                            new Audience.Everyone(),
                            false,
                            Optional.empty(),
                            Optional.empty());
            long begun = System.nanoTime();
            MessageId id =
                    new Sending(database, ids, clock, parts)
                            .send(
                                    new Organisations(database, ids, clock)
                                            .bySlug("s")
                                            .orElseThrow()
                                            .id(),
                                    "a",
                                    message,
                                    Optional.empty());
            System.out.printf(
                    "figure: a message to 100,000 members is stored: %.1f s, in a process of 160 MiB%n",
                    (System.nanoTime() - begun) / 1e9);
            long rows = database.read(tx -> tx.number("SELECT COUNT(*) FROM delivery"));
            if (rows != 2 * MEMBERS) {
                throw new IllegalStateException(rows + " rows after the message " + id);
            }
        }

        private static void take(Database database, Path file) {
            Ids ids = new Ids(InstantSource.system(), new Random(2));
            Organisations all = new Organisations(database, ids, InstantSource.system());
            try (ExportFile export = ExportFile.open(file)) {
                String slug =
                        database.writeWithin(
                                Duration.ofMinutes(5),
                                tx ->
                                        new Import(export, tx, ids, (done, of) -> {})
                                                .run(all, "s", true)
                                                .slug());
                assert slug.equals("s");
            }
        }

        private static void fill(Database database) {
            Ids ids = new Ids(InstantSource.system(), new Random(3));
            long school =
                    new Organisations(database, ids, InstantSource.system())
                            .create("多い", "s")
                            .id()
                            .value();
            long message = 1;
            database.change(
                    tx ->
                            tx.update(
                                    "INSERT INTO message(id, organisation_id, author, subject, body,"
                                            + " urgent, audience, state, created, send_at,"
                                            + " idempotency_key) VALUES (?, ?, 'a', 's', 'b', FALSE,"
                                            + " '{\"everyone\":true}', 'sent', 1, 1, 'k')",
                                    message,
                                    school));
            for (int from = 0; from < MEMBERS; from += 5000) {
                int first = from;
                boolean done =
                        database.writeWithin(
                                Duration.ofMinutes(2), tx -> some(tx, school, message, first));
                assert done;
            }
        }

        private static boolean some(
                org.todoku.appliance.store.Tx tx, long school, long message, int first) {
            List<Object[]> members = new ArrayList<>();
            List<Object[]> contacts = new ArrayList<>();
            List<Object[]> deliveries = new ArrayList<>();
            for (long i = first + 1L; i <= first + 5000L; i++) {
                String address = "parent" + i + "@school" + i % 97 + ".example.jp";
                members.add(new Object[] {i, school, "保護者 " + i, "ホゴシャ", 1L});
                contacts.add(new Object[] {i, i, school, address, address});
                deliveries.add(
                        new Object[] {i, message, i, i, address, 1L, 1L, 1L, "<" + i + "@x>"});
            }
            check(
                    tx.batch(
                            "INSERT INTO member(id, organisation_id, name, kana, state, joined)"
                                    + " VALUES (?, ?, ?, ?, 'joined', ?)",
                            members));
            check(
                    tx.batch(
                            "INSERT INTO contact(id, member_id, organisation_id, address,"
                                    + " address_key, state) VALUES (?, ?, ?, ?, ?, 'active')",
                            contacts));
            check(
                    tx.batch(
                            "INSERT INTO delivery(id, message_id, member_id, contact_id, address,"
                                    + " outcome, attempts, created, claimed_at, finished_at, mail_id)"
                                    + " VALUES (?, ?, ?, ?, ?, 'handedOver', 1, ?, ?, ?, ?)",
                            deliveries));
            return true;
        }

        private static void check(int[] rows) {
            assert rows.length == 5000;
        }
    }
}
