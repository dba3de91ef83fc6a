package org.todoku.appliance;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.restore.RestoredDatabase;

/**
 * Whether what was restored is right: boots the database once (Derby's recovery runs), checks every
 * table against its indexes and the rows against what must be true of them, and counts.
 */
public final class RestoredCheck {
    private RestoredCheck() {}

    /**
     * What was found.
     *
     * @param facts members, messages, deliveries by outcome, and the rules that do not hold
     * @param broken one line for each of those
     */
    public record Found(Map<String, Object> facts, List<String> broken) {
        public String text() {
            return ("%s tables are sound, %d of %d rules hold; members %s, messages %s,"
                            + " deliveries %s (booted after %s s, tables checked after %s s, rules after %s s)")
                    .formatted(
                            facts.get("tables"),
                            Math.max(0, Invariants.count() - broken.size()),
                            Invariants.count(),
                            facts.get("members"),
                            facts.get("messages"),
                            facts.get("deliveries"),
                            facts.get("bootedSeconds"),
                            facts.get("tablesSeconds"),
                            facts.get("rulesSeconds"));
        }

        public List<String> notes() {
            return broken.stream().map(line -> "NOT RIGHT: " + line).toList();
        }
    }

    public static final String TITLE =
            "boots the database once, checks every table and what must be true";

    /** The database in {@code data/db}; nobody may have it open. */
    public static Found run(Path data) {
        return run(data, Optional.empty());
    }

    /**
     * The same.
     *
     * @param files the names of all files that can be fetched for it, where that is known
     */
    public static Found run(Path data, Optional<Set<String>> files) {
        long begun = System.nanoTime();
        try (RestoredDatabase database = RestoredDatabase.boot(data.resolve("db"))) {
            Map<String, Object> facts = new LinkedHashMap<>();
            facts.put("bootedSeconds", since(begun));
            Map<String, Long> rows = database.check();
            facts.put("tablesSeconds", since(begun));
            facts.put("tables", rows.size());
            facts.put("members", rows.getOrDefault("MEMBER", 0L));
            facts.put("messages", rows.getOrDefault("MESSAGE", 0L));
            facts.put("deliveries", outcomes(database));
            List<String> broken =
                    new ArrayList<>(Invariants.broken(database::connect, Instant.now()));
            if (files.isPresent() && rows.containsKey("ATTACHMENT")) {
                missing(database, files.get()).ifPresent(broken::add);
            }
            facts.put("rulesSeconds", since(begun));
            facts.put("broken", broken);
            return new Found(facts, broken);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static double since(long begun) {
        return Math.round((System.nanoTime() - begun) / 1e8) / 10.0;
    }

    /** One line when files are named that nobody has. */
    private static Optional<String> missing(RestoredDatabase database, Set<String> files)
            throws SQLException {
        List<String> missing = new ArrayList<>();
        try (Statement statement = database.connection().createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "select message_id, name, sha256 from attachment"
                                        + " order by message_id, place")) {
            while (rows.next()) {
                if (!files.contains(rows.getString("sha256"))) {
                    missing.add(
                            "%s of message %d"
                                    .formatted(rows.getString("name"), rows.getLong("message_id")));
                }
            }
        }
        return missing.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "%d attachments are not in the archive, the first is %s"
                                .formatted(missing.size(), missing.getFirst()));
    }

    private static Map<String, Long> outcomes(RestoredDatabase database) throws SQLException {
        Map<String, Long> outcomes = new LinkedHashMap<>();
        try (Statement statement = database.connection().createStatement();
                ResultSet rows =
                        statement.executeQuery(
                                "select outcome, count(*) from delivery group by outcome")) {
            while (rows.next()) {
                outcomes.put(rows.getString(1), rows.getLong(2));
            }
            return outcomes;
        }
    }

    private static BackupException unreadable(SQLException e) {
        return new BackupException(
                BackupFault.DATABASE_FAILED,
                "reading the restored data",
                String.valueOf(e.getMessage()),
                "was the archive written by a Todoku appliance of this version?",
                e);
    }
}
