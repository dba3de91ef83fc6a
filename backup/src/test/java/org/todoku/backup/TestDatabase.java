package org.todoku.backup;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Capsule;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.objects.FolderObjects;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.NodeFile;
import org.todoku.backup.restore.Restore;
import org.todoku.backup.restore.RestorePlan;

/** A small database with its backup, as the appliance has it, for the tests of this module. */
public final class TestDatabase implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    public final Backup backup;
    public final List<Epoch> fencedBy = new ArrayList<>();
    private final Connection connection;

    public static TestDatabase open(Path root, String name) throws SQLException {
        return open(root, name, ForcePolicy.LOCAL_OR_ARCHIVE);
    }

    public static TestDatabase open(Path root, String name, ForcePolicy force) throws SQLException {
        return new TestDatabase(config(root, name, force));
    }

    /** One whose archive lies somewhere else. */
    public static TestDatabase open(Path root, String name, StoreLocation archive)
            throws SQLException {
        return new TestDatabase(config(root, name, ForcePolicy.LOCAL_OR_ARCHIVE, archive));
    }

    /** One that ships seldom: what it commits is for a long time not in the archive. */
    public static TestDatabase openThatShipsSeldom(Path root, String name, ForcePolicy force)
            throws SQLException {
        BackupConfig usual = config(root, name, force);
        var archive = usual.archive().orElseThrow();
        var seldom =
                new BackupConfig.ArchiveSettings(
                        archive.location(),
                        archive.keyFile(),
                        Duration.ofHours(1),
                        archive.baseInterval(),
                        archive.keep());
        return new TestDatabase(
                new BackupConfig(
                        usual.dataDirectory(),
                        Optional.of(seldom),
                        force,
                        usual.stallAfter(),
                        usual.writeBehindMax(),
                        usual.device(),
                        usual.url(),
                        usual.version(),
                        usual.capsule()));
    }

    private TestDatabase(BackupConfig config) throws SQLException {
        backup = Backup.open(config, fencedBy::add, InstantSource.system());
        connection = DriverManager.getConnection(backup.jdbcUrl() + ";create=true");
        try (Statement statement = connection.createStatement()) {
            if (!tableExists()) {
                statement.execute("create table t(id int primary key, text varchar(3000))");
            }
        }
        backup.start();
    }

    public static BackupConfig config(Path root, String name, ForcePolicy force) {
        StoreLocation location = StoreLocation.of(root.resolve("archive").toUri().toString());
        return config(root, name, force, location);
    }

    private static BackupConfig config(
            Path root, String name, ForcePolicy force, StoreLocation location) {
        Path key = root.resolve("archive.key");
        if (!Files.exists(key)) {
            ArchiveKey.generate(new SecureRandom()).write(key);
        }
        var archive =
                new BackupConfig.ArchiveSettings(
                        location,
                        key,
                        Duration.ofMillis(200),
                        Duration.ofHours(6),
                        Duration.ofDays(14));
        return new BackupConfig(
                root.resolve(name),
                Optional.of(archive),
                force,
                Duration.ofMillis(250),
                64L * 1024 * 1024,
                Optional.empty(),
                "http://" + name,
                "test",
                () -> Capsule.empty("test"));
    }

    public static Archive archive(Path root) {
        return Archive.open(
                new FolderObjects(root.resolve("archive")),
                ArchiveKey.read(root.resolve("archive.key")));
    }

    /** Restores the archive's newest state, or an older one, into a new data directory. */
    public static Restore.Reached restore(Path root, String name, Optional<Instant> at) {
        try (Archive archive = archive(root)) {
            Chain chain = Chain.read(archive);
            RestorePlan plan = RestorePlan.of(chain, archive.bases(), at);
            Path target = root.resolve(name);
            Restore.Reached reached =
                    new Restore(archive, target.resolve("db"), new Silent()).run(plan);
            new NodeFile(
                            "restored-" + name,
                            Optional.of(
                                    new NodeFile.Restored(reached.to(), "archive", "now", false)))
                    .write(target);
            return reached;
        }
    }

    /** The rows of a database that nobody has open, read without any of our parts. */
    public static List<Integer> rowsOf(Path database) throws SQLException {
        String url = "jdbc:derby:" + database;
        try (Connection open = DriverManager.getConnection(url);
                Statement statement = open.createStatement();
                ResultSet check =
                        statement.executeQuery("values SYSCS_UTIL.SYSCS_CHECK_TABLE('APP', 'T')")) {
            check.next();
            return ids(open);
        } finally {
            shutDown(url);
        }
    }

    /** Changes a database that nobody has open, without any of our parts. */
    public static void change(Path database, String sql) throws SQLException {
        String url = "jdbc:derby:" + database;
        try (Connection open = DriverManager.getConnection(url);
                Statement statement = open.createStatement()) {
            statement.execute(sql);
        } finally {
            shutDown(url);
        }
    }

    /** Inserts rows, 25 to a commit. */
    public void insert(int from, int count) throws SQLException {
        connection.setAutoCommit(false);
        try (var insert = connection.prepareStatement("insert into t values(?, ?)")) {
            for (int id = from; id < from + count; id++) {
                insert.setInt(1, id);
                insert.setString(2, "x".repeat(id % 1000));
                insert.executeUpdate();
                if ((id - from) % 25 == 24) {
                    connection.commit();
                }
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    public Connection connection() {
        return connection;
    }

    public List<Integer> rows() throws SQLException {
        return ids(connection);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        backup.close();
    }

    private boolean tableExists() throws SQLException {
        try (ResultSet tables = connection.getMetaData().getTables(null, "APP", "T", null)) {
            return tables.next();
        }
    }

    private static List<Integer> ids(Connection connection) throws SQLException {
        List<Integer> ids = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from t order by id")) {
            while (rows.next()) {
                ids.add(rows.getInt(1));
            }
        }
        return ids;
    }

    private static void shutDown(String url) {
        try (var open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new IllegalStateException("still open: " + open);
        } catch (SQLException expected) {
            if (!"08006".equals(expected.getSQLState())) {
                throw new IllegalStateException(expected);
            }
        }
    }

    /** Progress that nobody looks at. */
    public static final class Silent implements Restore.Progress {
        @Override
        public void base(long bytes, long of) {}

        @Override
        public void log(int segments, int of) {}
    }
}
