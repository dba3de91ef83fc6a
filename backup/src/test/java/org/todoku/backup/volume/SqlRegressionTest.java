package org.todoku.backup.volume;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.derby.jdbc.EmbeddedXADataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same broad work on plain Derby and on the volume: each answer, each error and the content in
 * the end are the same, also after the database was booted again without the volume.
 */
class SqlRegressionTest {
    private static final int ROWS = 6000;

    @TempDir Path root;
    private final List<String> said = new ArrayList<>();

    @Test
    void givesTheSameAnswersAsPlainDerby() throws Exception {
        Path plain = root.resolve("plain/db");
        Path ours = root.resolve("ours/db");
        Files.createDirectories(plain.getParent());
        Files.createDirectories(ours.getParent());
        List<String> expected = work("", plain);
        Volume volume =
                Volume.attach(ours, LogTap.NONE, VolumeSettings.local(), VolumeListener.NONE);
        List<String> found;
        try {
            found = work("todoku:", ours);
        } finally {
            volume.detach();
        }
        assertThat(expected).hasSizeGreaterThan(80);
        // Each kind of work was done, and did not only fail in the same way.
        assertThat(expected)
                .contains("found again 1", "prepared 0", "the online backup:")
                .anyMatch(line -> line.startsWith("call SYSCS_UTIL.SYSCS_IMPORT") && isDone(line))
                .anyMatch(line -> line.contains("INPLACE_COMPRESS") && isDone(line))
                .anyMatch(line -> line.contains("BACKUP_DATABASE") && isDone(line));
        assertThat(found).isEqualTo(expected);
        // Without the volume the directory says the same as plain Derby's.
        assertThat(content("jdbc:derby:" + ours)).isEqualTo(content("jdbc:derby:" + plain));
        System.err.printf("figure: SQL regression: %d answers, all the same%n", found.size());
    }

    private static boolean isDone(String line) {
        return line.endsWith("-> 0");
    }

    private List<String> work(String protocol, Path database) throws Exception {
        said.clear();
        String url = "jdbc:derby:" + protocol + database;
        Path files = Files.createDirectories(database.resolveSibling("files"));
        try (Connection connection = DriverManager.getConnection(url + ";create=true");
                Statement sql = connection.createStatement()) {
            tablesAndConstraints(sql);
            fill(connection);
            joinsAndSorts(sql);
            largeObjects(connection);
            triggersAndSavepoints(connection, sql);
            compress(sql);
            exportAndImport(sql, files);
            onlineBackup(sql, files);
        }
        xa(protocol + database);
        shutDown(url);
        // A boot with recovery in between, as after a crash: nothing was checkpointed here.
        said.addAll(content(url));
        bootCopy(files.resolve("copy").resolve("db"));
        return List.copyOf(said);
    }

    private void tablesAndConstraints(Statement sql) throws SQLException {
        run(sql, "create table class(id int primary key, name varchar(40) not null unique)");
        run(
                sql,
                "create table pupil(id int primary key generated always as identity, class int"
                        + " references class on delete cascade, name varchar(60), born date, mark"
                        + " decimal(5,2) check (mark >= 0), note varchar(2000))");
        run(sql, "create index pupil_name on pupil(name, born desc)");
        run(sql, "create view best as select name, mark from pupil where mark > 90");
        run(sql, "insert into class values(1, 'one'), (2, 'two'), (3, 'three')");
        run(sql, "insert into class values(4, 'one')");
        run(sql, "insert into pupil(class, name, mark) values(9, 'nobody', 1)");
        run(sql, "insert into pupil(class, name, mark) values(1, 'minus', -1)");
        run(sql, "insert into class values(null, 'null')");
        run(sql, "create table class(id int)");
        run(sql, "alter table class add column room varchar(10) default 'A1'");
        run(sql, "create sequence numbers start with 7");
        run(sql, "values next value for numbers");
    }

    private void fill(Connection connection) throws SQLException {
        Random random = new Random(42);
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into pupil(class, name, born, mark, note) values(?,?,?,?,?)")) {
            for (int i = 0; i < ROWS; i++) {
                insert.setInt(1, 1 + random.nextInt(3));
                insert.setString(2, "name " + random.nextInt(ROWS));
                insert.setDate(3, java.sql.Date.valueOf("20%02d-03-04".formatted(i % 30)));
                insert.setBigDecimal(4, java.math.BigDecimal.valueOf(random.nextInt(10000), 2));
                insert.setString(5, "x".repeat(random.nextInt(900)));
                insert.executeUpdate();
                if (i % 1500 == 1499) {
                    connection.commit();
                } else if (i % 1500 == 700) {
                    connection.rollback();
                }
            }
        }
        connection.commit();
        connection.setAutoCommit(true);
    }

    private void joinsAndSorts(Statement sql) throws SQLException {
        ask(sql, "select count(*), sum(mark), min(name), max(born) from pupil");
        ask(
                sql,
                "select c.name, count(*), avg(p.mark) from class c left join pupil p on c.id ="
                        + " p.class group by c.name order by 2 desc, 1");
        // Sorts that do not fit into memory go to files of the database.
        ask(sql, "select name, note from pupil order by note, name, id");
        ask(
                sql,
                "select a.name, b.id from pupil a join pupil b on a.name = b.name and a.id < b.id"
                        + " order by b.note, a.id, b.id");
        ask(sql, "select distinct name from pupil order by name");
        ask(sql, "select name from best order by name, mark");
        ask(sql, "select name from pupil where id in (select max(id) from pupil group by class)");
        ask(
                sql,
                "select id from pupil where name like 'name 1%' and born > '2010-01-01' order by id");
        ask(sql, "select id from pupil order by id offset 100 rows fetch next 5 rows only");
        ask(sql, "select no_such_column from pupil");
        ask(sql, "values 1/0");
        run(sql, "create index pupil_mark on pupil(mark, id)");
        ask(sql, "select id from pupil where mark between 10 and 12 order by mark, id");
        run(sql, "update pupil set mark = mark / 2 where class = 2");
        run(sql, "delete from pupil where id > 5000 and mark < 20");
        ask(sql, "select count(*), sum(mark) from pupil");
    }

    private void largeObjects(Connection connection) throws SQLException {
        try (Statement sql = connection.createStatement()) {
            run(sql, "create table paper(id int primary key, text clob(3M), bytes blob(3M))");
        }
        byte[] bytes = new byte[2_000_000];
        new Random(7).nextBytes(bytes);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into paper values(?, ?, ?)")) {
            for (int i = 1; i <= 3; i++) {
                String text = "連絡網 %d ".formatted(i).repeat(100_000);
                insert.setInt(1, i);
                insert.setCharacterStream(2, new StringReader(text), text.length());
                insert.setBytes(3, bytes);
                insert.executeUpdate();
            }
        }
        try (Statement sql = connection.createStatement()) {
            run(sql, "update paper set text = cast(substr(text, 1, 500) as clob) where id = 2");
            run(sql, "delete from paper where id = 1");
            ask(sql, "select id, length(text), length(bytes) from paper order by id");
            try (ResultSet row = sql.executeQuery("select text, bytes from paper where id = 3")) {
                row.next();
                said.add("clob " + row.getString(1).hashCode());
                said.add("blob " + java.util.Arrays.hashCode(row.getBytes(2)));
            }
        }
    }

    private void triggersAndSavepoints(Connection connection, Statement sql) throws SQLException {
        run(sql, "create table seen(what varchar(80))");
        run(
                sql,
                "create trigger noted after update of mark on pupil referencing old as o new as n"
                        + " for each row when (n.mark > 99) insert into seen values(o.name)");
        run(sql, "update pupil set mark = 100 where id between 10 and 40");
        ask(sql, "select count(*) from seen");
        connection.setAutoCommit(false);
        run(sql, "insert into seen values('kept')");
        var savepoint = connection.setSavepoint();
        run(sql, "insert into seen values('dropped')");
        run(sql, "drop table paper");
        connection.rollback(savepoint);
        connection.commit();
        connection.setAutoCommit(true);
        ask(sql, "select what from seen where what in ('kept', 'dropped')");
        ask(sql, "select count(*) from paper");
        run(sql, "lock table seen in exclusive mode");
    }

    private void compress(Statement sql) throws SQLException {
        run(sql, "call SYSCS_UTIL.SYSCS_INPLACE_COMPRESS_TABLE('APP', 'PUPIL', 1, 1, 1)");
        run(sql, "call SYSCS_UTIL.SYSCS_COMPRESS_TABLE('APP', 'PAPER', 1)");
        run(sql, "call SYSCS_UTIL.SYSCS_UPDATE_STATISTICS('APP', 'PUPIL', null)");
        run(sql, "call SYSCS_UTIL.SYSCS_CHECKPOINT_DATABASE()");
        ask(sql, "select count(*), sum(mark) from pupil");
        ask(sql, "values SYSCS_UTIL.SYSCS_CHECK_TABLE('APP', 'PUPIL')");
        run(sql, "truncate table seen");
        ask(sql, "select count(*) from seen");
    }

    private void exportAndImport(Statement sql, Path files) throws Exception {
        String file = files.resolve("pupil.csv").toString();
        run(
                sql,
                "call SYSCS_UTIL.SYSCS_EXPORT_TABLE('APP', 'PUPIL', '"
                        + file
                        + "', null, null,"
                        + " 'UTF-8')",
                file);
        // In which page a row lies depends on when the space of deleted ones was reclaimed.
        List<String> lines = Files.readAllLines(Path.of(file), StandardCharsets.UTF_8);
        said.add("exported " + lines.size() + " " + lines.stream().sorted().toList().hashCode());
        run(sql, "create table pupil2 as select * from pupil with no data");
        run(
                sql,
                "call SYSCS_UTIL.SYSCS_IMPORT_TABLE('APP', 'PUPIL2', '"
                        + file
                        + "', null, null,"
                        + " 'UTF-8', 0)",
                file);
        ask(sql, "select count(*), sum(mark) from pupil2");
        run(sql, "drop table pupil2");
    }

    private void onlineBackup(Statement sql, Path files) throws SQLException {
        String copy = files.resolve("copy").toString();
        run(sql, "call SYSCS_UTIL.SYSCS_BACKUP_DATABASE('" + copy + "')", copy);
    }

    private void bootCopy(Path copy) throws SQLException {
        said.add("the online backup:");
        said.addAll(content("jdbc:derby:" + copy));
    }

    /**
     * Two transactions of two phases: one ends with a commit, one is found again and rolled back.
     */
    private void xa(String name) throws Exception {
        EmbeddedXADataSource source = new EmbeddedXADataSource();
        source.setDatabaseName(name);
        for (int number = 1; number <= 2; number++) {
            XAConnection connection = source.getXAConnection();
            XAResource resource = connection.getXAResource();
            Xid id = new Branch(number);
            resource.start(id, XAResource.TMNOFLAGS);
            try (Statement sql = connection.getConnection().createStatement()) {
                run(sql, "insert into seen values('xa " + number + "')");
            }
            resource.end(id, XAResource.TMSUCCESS);
            said.add("prepared " + resource.prepare(id));
            if (number == 1) {
                resource.commit(id, false);
            }
            connection.close();
        }
        XAConnection connection = source.getXAConnection();
        Xid[] left = connection.getXAResource().recover(XAResource.TMSTARTRSCAN);
        said.add("found again " + left.length);
        for (Xid id : left) {
            connection.getXAResource().rollback(id);
        }
        connection.close();
    }

    private record Branch(int number) implements Xid {
        @Override
        public int getFormatId() {
            return 1;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return new byte[] {(byte) number};
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    /** All rows of all tables of ours, and what Derby's own check says of each. */
    private static List<String> content(String url) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                Statement sql = connection.createStatement()) {
            for (String table : List.of("CLASS", "PUPIL", "SEEN", "PAPER")) {
                String check = "values SYSCS_UTIL.SYSCS_CHECK_TABLE('APP', '" + table + "')";
                lines.add(table + " " + answer(sql, check));
                String all = "select * from " + table + " order by 1";
                lines.add(answer(sql, all));
            }
        } finally {
            shutDown(url);
        }
        return lines;
    }

    private void run(Statement sql, String text, String... hidden) {
        String shown = text;
        for (String path : hidden) {
            shown = shown.replace(path, "FILE");
        }
        try {
            boolean rows = sql.execute(text);
            said.add(shown + " -> " + (rows ? rows(sql.getResultSet()) : sql.getUpdateCount()));
        } catch (SQLException e) {
            said.add(shown + " -> " + e.getSQLState());
        }
    }

    private void ask(Statement sql, String text) {
        try {
            said.add(text + " -> " + answer(sql, text));
        } catch (SQLException e) {
            said.add(text + " -> " + e.getSQLState());
        }
    }

    private static String answer(Statement sql, String text) throws SQLException {
        try (ResultSet found = sql.executeQuery(text)) {
            return rows(found);
        }
    }

    /** Few rows as they are, many as their number and hash. */
    private static String rows(ResultSet found) throws SQLException {
        List<String> rows = new ArrayList<>();
        int columns = found.getMetaData().getColumnCount();
        while (found.next()) {
            List<String> row = new ArrayList<>();
            for (int i = 1; i <= columns; i++) {
                row.add(found.getString(i));
            }
            rows.add(String.join("|", row.stream().map(String::valueOf).toList()));
        }
        return rows.size() <= 5 ? rows.toString() : rows.size() + " rows " + rows.hashCode();
    }

    private static void shutDown(String url) throws SQLException {
        try (Connection open = DriverManager.getConnection(url + ";shutdown=true")) {
            throw new SQLException("still open: " + open);
        } catch (SQLException e) {
            if (!"08006".equals(e.getSQLState())) {
                throw e;
            }
        }
    }
}
