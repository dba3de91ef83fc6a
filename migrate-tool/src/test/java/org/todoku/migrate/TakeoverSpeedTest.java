package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.DirectWork;

/**
 * How long a cold takeover takes beside the estimate that the dry run prints. Small here; {@code
 * -Dtodoku.speed.members=1650000 -Dtodoku.speed.more=100000} makes it 1 GiB and 100 MiB of log.
 */
class TakeoverSpeedTest {
    private static final long FIRST_ID = 1_000_000_000L;
    private static final double ENOUGH = 64.0 * 1024 * 1024;
    private static final double GIB = 1024.0 * 1024 * 1024;
    private static final double LOG = 100.0 * 1024 * 1024;

    @TempDir Path folder;

    @Test
    void measuresAColdTakeover() throws Exception {
        int members = Integer.getInteger("todoku.speed.members", 5_000);
        int more = Integer.getInteger("todoku.speed.more", members / 5);
        SampleService old = new SampleService(folder.resolve("old"), "local").setUp();
        fill(old, 0, members);
        Command base =
                Command.run("backup", "--data", old.data().toString(), "--config", config(old));
        assertThat(base.status()).as(base.toString()).isZero();
        fill(old, members, more);
        // What a close could not ship in time goes with the next start.
        fill(old, members + more, 1);
        JsonNode plan = last(takeover(old, "--dry-run"));
        JsonNode taken = last(takeover(old));
        assertThat(taken.path("members").asInt()).isEqualTo(members + more + 1);
        report(plan, taken);
    }

    /** Members with an address each, as the product has them, 1,000 to a commit. */
    private static void fill(SampleService service, int from, int count) throws Exception {
        DirectWork.on(
                service.data(),
                service.config(),
                database -> {
                    database.setAutoCommit(false);
                    long school = school(database);
                    try (PreparedStatement member =
                                    database.prepareStatement(
                                            "insert into member(id, organisation_id, name, kana, state, joined)"
                                                    + " values(?, ?, ?, ?, 'active', 1)");
                            PreparedStatement contact =
                                    database.prepareStatement(
                                            "insert into contact(id, member_id, organisation_id, address,"
                                                    + " address_key, state) values(?, ?, ?, ?, ?, 'active')")) {
                        for (int i = from; i < from + count; i++) {
                            member.setLong(1, FIRST_ID + i);
                            member.setLong(2, school);
                            member.setString(3, "会員 " + i);
                            member.setString(4, "カイイン " + i);
                            member.executeUpdate();
                            contact.setLong(1, FIRST_ID + i);
                            contact.setLong(2, FIRST_ID + i);
                            contact.setLong(3, school);
                            contact.setString(4, "member" + i + "@example.com");
                            contact.setString(5, "member" + i + "@example.com");
                            contact.executeUpdate();
                            if (i % 1000 == 999) {
                                database.commit();
                            }
                        }
                    }
                    database.commit();
                });
    }

    private static long school(Connection database) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery("select id from organisation")) {
            row.next();
            return row.getLong(1);
        }
    }

    private void report(JsonNode plan, JsonNode taken) throws Exception {
        Path db = folder.resolve("new/db");
        double bytes;
        try (Stream<Path> files = Files.walk(db.resolve("seg0"))) {
            bytes = files.mapToLong(f -> f.toFile().length()).sum();
        }
        Map<String, Double> seconds = seconds();
        double redo = Double.parseDouble(formula(plan, "check").split("redo ")[1].split(" ")[0]);
        System.out.printf(
                Locale.ROOT,
                "figure: cold takeover of %.0f MiB and %.1f MiB of log: %.1f s (dry run: %.1f s; %s)%n",
                bytes / (GIB / 1024),
                redo,
                taken.path("seconds").asDouble(),
                plan.path("seconds").asDouble(),
                seconds);
        if (bytes < ENOUGH) {
            return; // What does not grow with the data would be multiplied too.
        }
        double restore = seconds.getOrDefault("restore", 0.0) / bytes * (GIB + LOG);
        double redone = redo / 19;
        double checked = (seconds.getOrDefault("check", 0.0) - redone) / bytes * GIB;
        System.out.printf(
                Locale.ROOT,
                "figure: the same for 1 GiB and 100 MiB of log, by these rates: %.0f s (restore %.0f, boot and check %.0f, redo %.0f)%n",
                restore + checked + 100.0 / 19,
                restore,
                checked,
                100.0 / 19);
    }

    /** By step, out of the run's own report. */
    private Map<String, Double> seconds() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("new/reports"))) {
            Path report =
                    files.filter(f -> f.toString().endsWith(".json")).findFirst().orElseThrow();
            Map<String, Double> seconds = new TreeMap<>();
            new JsonMapper()
                    .readTree(report.toFile())
                    .get("steps")
                    .forEach(s -> seconds.put(s.get("step").asText(), s.get("seconds").asDouble()));
            return seconds;
        }
    }

    private static String formula(JsonNode plan, String step) {
        for (JsonNode one : plan.get("steps")) {
            if (one.get("step").asText().equals(step)) {
                return one.get("formula").asText();
            }
        }
        throw new IllegalStateException("no step " + step + ": " + plan);
    }

    private String takeover(SampleService old, String... more) throws Exception {
        String[] words = {
            "takeover",
            "--json",
            "--no-start",
            "--data",
            folder.resolve("new").toString(),
            "--config",
            config(old)
        };
        String[] all = java.util.Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        // In a process of its own, as on a new host: nothing is warm.
        try (Child child = Child.start(folder, Main.class, all)) {
            String out = child.rest();
            assertThat(child.status()).as(child.errors()).isZero();
            return out;
        }
    }

    private static JsonNode last(String out) throws Exception {
        String line = out.strip().lines().reduce("", (a, b) -> b);
        return new JsonMapper().readTree(line).get("result");
    }

    private static String config(SampleService service) {
        return service.config().toString();
    }
}
