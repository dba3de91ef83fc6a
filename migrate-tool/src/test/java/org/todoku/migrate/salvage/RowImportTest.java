package org.todoku.migrate.salvage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.salvaged.RowImport;
import org.todoku.appliance.salvaged.SalvagedRow;
import org.todoku.appliance.salvaged.Table;

/** What is found between two databases, and what of it the third takes. */
class RowImportTest {
    @TempDir Path folder;
    private Connection archived;
    private Connection old;
    private Connection service;

    @BeforeEach
    void makeThree() throws Exception {
        archived = open("archived");
        old = open("old");
        service = open("service");
        for (Connection database : List.of(archived, old, service)) {
            run(
                    database,
                    "create table member(id bigint primary key, name varchar(50))",
                    "create table message(id bigint primary key, subject varchar(50), state varchar(10))",
                    "create table delivery(id bigint primary key, message_id bigint not null"
                            + " references message(id), outcome varchar(12), attempts int,"
                            + " claimed_at bigint, finished_at bigint)",
                    "create table mail(place varchar(20), part int, raw blob, primary key(place, part))",
                    "create table setting(name varchar(20) primary key, content varchar(20))",
                    "insert into message values(1, 'old', 'sending')",
                    "insert into delivery values(10, 1, 'claimed', 1, 5, null)",
                    "insert into delivery values(11, 1, 'queued', 0, null, null)",
                    "insert into member values(1, 'one')",
                    "insert into member values(2, 'two')",
                    "insert into mail values('a', 1, cast(x'0102' as blob))");
        }
    }

    @AfterEach
    void close() throws Exception {
        for (Connection database : List.of(archived, old, service)) {
            database.rollback();
            database.close();
        }
        for (String name : List.of("archived", "old", "service")) {
            try (Connection none = DriverManager.getConnection(url(name) + ";shutdown=true")) {
                throw new IllegalStateException("open: " + none);
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("08006");
            }
        }
    }

    @Test
    void findsNothingWhereNothingDiffers() {
        assertThat(found()).isEmpty();
    }

    @Test
    void findsWhatIsNewChangedAndDeleted() throws Exception {
        run(
                old,
                "insert into member values(3, 'three')",
                "update member set name = 'zwei' where id = 2",
                "delete from member where id = 1",
                "insert into mail values('a', 2, cast(x'ff00' as blob))",
                "insert into setting values('secret', 'x')");
        List<SalvagedRow> rows = found();
        assertThat(rows.stream().map(r -> r.table() + " " + r.change()))
                .containsExactlyInAnyOrder(
                        "MEMBER deleted", "MEMBER changed", "MEMBER new", "MAIL new");
        assertThat(rows.stream().map(SalvagedRow::text))
                .anySatisfy(text -> assertThat(text).contains("[name: two → zwei]"));
    }

    @Test
    void takesWhatStandsAgainstNothing() throws Exception {
        run(
                old,
                "insert into member values(3, 'three')",
                "update member set name = 'zwei' where id = 2",
                "insert into mail values('a', 2, cast(x'ff00' as blob))",
                "insert into message values(2, 'new', 'sending')",
                "insert into delivery values(20, 2, 'claimed', 1, 5, null)");
        assertThat(taken()).allMatch(RowImport.Result::taken).hasSize(5);
        assertThat(values(service, "select name from member order by id"))
                .containsExactly("one", "zwei", "three");
        assertThat(values(service, "select state from message where id = 2"))
                .containsExactly("onHold");
        assertThat(values(service, "select outcome from delivery where id = 20"))
                .containsExactly("inDoubt");
        assertThat(values(service, "select count(*) from mail where raw is not null"))
                .containsExactly("2");
        assertThat(taken()).noneMatch(RowImport.Result::taken);
    }

    @Test
    void leavesWhatTheServiceHasChangedSince() throws Exception {
        run(
                old,
                "update member set name = 'zwei' where id = 2",
                "insert into member values(3, 'x')");
        run(service, "update member set name = 'deux' where id = 2");
        run(service, "insert into member values(3, 'y')");
        assertThat(taken())
                .allSatisfy(r -> assertThat(r.why()).isEqualTo("the service has something newer"));
        assertThat(values(service, "select name from member order by id"))
                .containsExactly("one", "deux", "y");
    }

    /** The new service holds them in doubt or unsent; the old host has the relay's answer. */
    @Test
    void takesTheOutcomesThatOnlyTheOldHostKnows() throws Exception {
        run(
                old,
                "update delivery set outcome = 'handedOver', finished_at = 9 where id = 10",
                "update delivery set outcome = 'handedOver', finished_at = 9 where id = 11");
        run(service, "update delivery set outcome = 'inDoubt' where id = 10");
        run(service, "update delivery set outcome = 'refused', finished_at = 7 where id = 11");
        assertThat(taken().stream().map(RowImport.Result::taken)).containsExactly(true, false);
        assertThat(values(service, "select outcome from delivery order by id"))
                .containsExactly("handedOver", "refused");
    }

    @Test
    void saysWhatAMissingRowKeepsFromBeingTaken() throws Exception {
        run(
                old,
                "insert into message values(2, 'new', 'sent')",
                "insert into delivery values(20, 2, 'handedOver', 1, 5, 6)");
        SalvagedRow delivery =
                found().stream()
                        .filter(r -> r.table().equals("DELIVERY"))
                        .findFirst()
                        .orElseThrow();
        assertThat(new RowImport(service, Table.of(service)).take(delivery).why())
                .contains("contradicts");
    }

    /** As it would be written and read back. */
    private List<SalvagedRow> found() {
        List<SalvagedRow> rows = new ArrayList<>();
        new Comparison(old, archived).run(rows::add);
        return rows.stream().map(r -> SalvagedRow.parse(r.line()).orElseThrow()).toList();
    }

    private List<RowImport.Result> taken() throws SQLException {
        RowImport into = new RowImport(service, Table.of(service));
        List<RowImport.Result> results = new ArrayList<>();
        for (SalvagedRow row : found()) {
            results.add(into.take(row));
        }
        return results;
    }

    private Connection open(String name) throws SQLException {
        return DriverManager.getConnection(url(name) + ";create=true");
    }

    private String url(String name) {
        return "jdbc:derby:" + folder.resolve(name);
    }

    private static void run(Connection database, String... statements) throws SQLException {
        database.setAutoCommit(true);
        try (Statement statement = database.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static List<String> values(Connection database, String sql) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                values.add(rows.getString(1));
            }
        }
        return values;
    }
}
