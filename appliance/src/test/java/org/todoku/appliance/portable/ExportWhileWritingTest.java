package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.store.Tx;

/** A server that goes on while it is exported leaves a file that fits together. */
class ExportWhileWritingTest {
    @TempDir Path folder;

    @Test
    void eachExportCanBeImportedWhateverIsWrittenMeanwhile() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        try (SampleOrganisation from = new SampleOrganisation("busy")) {
            long school = from.fill().id().value();
            AtomicBoolean over = new AtomicBoolean();
            AtomicLong written = new AtomicLong();
            Thread writer =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        Random random = new Random(seed);
                                        while (!over.get()) {
                                            from.database.change(
                                                    tx -> write(tx, from, school, random));
                                            written.incrementAndGet();
                                        }
                                    });
            try {
                for (int i = 0; i < 6; i++) {
                    long before = written.get();
                    Path file = from.export(folder.resolve(i + ".zip"), "aoba");
                    assertThat(written.get()).as("written meanwhile").isGreaterThan(before);
                    try (SampleOrganisation to = new SampleOrganisation("busy-" + i)) {
                        assertThat(to.take(file, "aoba").slug()).isEqualTo("aoba");
                        long without =
                                to.count(
                                        "SELECT COUNT(*) FROM message m WHERE NOT EXISTS"
                                                + " (SELECT 1 FROM delivery d WHERE d.message_id ="
                                                + " m.id)");
                        assertThat(without).as("messages without their deliveries").isZero();
                    }
                }
            } finally {
                over.set(true);
                writer.join();
            }
        }
    }

    /** Somebody joins, leaves or comes back, and a message goes to three. */
    private static void write(Tx tx, SampleOrganisation from, long school, Random random) {
        long member = from.ids.next();
        long contact = from.ids.next();
        int rows =
                tx.update(
                        "INSERT INTO member(id, organisation_id, name, kana, state, joined)"
                                + " VALUES (?, ?, 'n', ?, 'joined', 1)",
                        member,
                        school,
                        "k" + random.nextInt(1000));
        rows +=
                tx.update(
                        "INSERT INTO contact(id, member_id, organisation_id, address, address_key,"
                                + " state) VALUES (?, ?, ?, ?, ?, 'active')",
                        contact,
                        member,
                        school,
                        "w" + member + "@example.com",
                        "w" + member + "@example.com");
        long message = from.ids.next();
        rows +=
                tx.update(
                        "INSERT INTO message(id, organisation_id, author, subject, body, urgent,"
                                + " audience, state, created, send_at, idempotency_key) VALUES"
                                + " (?, ?, 'a', 's', 'b', FALSE, '{\"everyone\":true}', 'sent', 1, 1,"
                                + " ?)",
                        message,
                        school,
                        "" + message);
        rows +=
                tx.update(
                        "INSERT INTO delivery(id, message_id, member_id, contact_id, address,"
                                + " outcome, attempts, created, claimed_at, finished_at, mail_id)"
                                + " VALUES (?, ?, ?, ?, 'x', 'handedOver', 1, 1, 1, 1, 'm')",
                        from.ids.next(),
                        message,
                        member,
                        contact);
        // Moves rows about in the indexes that a scan may follow.
        rows +=
                tx.update(
                        "UPDATE member SET kana = ?, state = ? WHERE organisation_id = ? AND"
                                + " MOD(id, 7) = ?",
                        "k" + random.nextInt(1000),
                        random.nextBoolean() ? "joined" : "left",
                        school,
                        random.nextInt(7));
        assert rows > 3;
    }
}
