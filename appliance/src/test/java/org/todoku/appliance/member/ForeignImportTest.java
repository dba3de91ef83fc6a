package org.todoku.appliance.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

/** Lists of other programs, in files of the shapes that they write. */
class ForeignImportTest {
    @TempDir Path folder;
    private Database database;
    private OrganisationId school;
    private ForeignImport lists;
    private Roster roster;

    @BeforeEach
    void open() {
        database = TestStore.open(folder);
        InstantSource clock = InstantSource.system();
        Ids ids = new Ids(clock, new Random());
        school = new Organisations(database, ids, clock).create("青葉", "aoba").id();
        ProfileItems items = new ProfileItems(database, ids);
        lists = new ForeignImport(database, ids, clock, items);
        roster = new Roster(database, ids, clock, items);
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void listmonkCsvKeepsTheBlockedFromBeingMailed() throws Exception {
        ImportReport report = run(ForeignFormat.LISTMONK, "listmonk.csv", "News");
        assertThat(report.created()).isEqualTo(4);
        assertThat(report.skipped()).isEqualTo(1);
        assertThat(report.problems())
                .singleElement()
                .satisfies(
                        p -> {
                            assertThat(p.line()).isEqualTo(5);
                            assertThat(p.column()).isEqualTo("email");
                            assertThat(p.reason()).contains("not-an-address");
                        });
        assertThat(addresses())
                .containsExactlyInAnyOrder(
                        "髙橋 はな hana@example.com active",
                        "Block, Ed blocked@example.com quarantined listmonk: blocklisted",
                        "Off off@example.com quarantined listmonk: disabled",
                        "docomo \"abc..def.\"@docomo.ne.jp active");
        assertThat(values()).contains("髙橋 はな city=札幌", "髙橋 はな tags=b", "髙橋 はな リスト=News");
    }

    @Test
    void listmonkJsonKnowsWhoHasLeft() throws Exception {
        ImportReport report = run(ForeignFormat.LISTMONK, "listmonk.json");
        assertThat(report.problems()).isEmpty();
        assertThat(addresses())
                .containsExactlyInAnyOrder(
                        "髙橋 はな hana@example.com active",
                        "Gone gone@example.com quarantined listmonk: unsubscribed",
                        "Waiting waiting@example.com quarantined listmonk: unsubscribed",
                        "Block blocked@example.com quarantined listmonk: blocklisted");
        assertThat(values())
                .containsExactlyInAnyOrder("髙橋 はな city=札幌", "髙橋 はな リスト=保護者", "Block リスト=保護者");
    }

    @Test
    void mailmanTextHasNamesInEachOfItsForms() throws Exception {
        ImportReport report = run(ForeignFormat.MAILMAN, "mailman-members.txt", "ant");
        assertThat(report.created()).isEqualTo(5);
        assertThat(report.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.line()).isEqualTo(6));
        assertThat(addresses())
                .containsExactlyInAnyOrder(
                        "Anne Person anne@example.com active",
                        "高橋 はな hana@example.com active",
                        "Person, Bart bart@example.com active",
                        "（名前未登録） cris@example.com active",
                        "（名前未登録） \"abc..def.\"@docomo.ne.jp active");
        assertThat(values()).hasSize(5).allMatch(v -> v.endsWith("リスト=ant"));
    }

    @Test
    void mailmanRosterKnowsWhoseDeliveryIsOff() throws Exception {
        assertThat(run(ForeignFormat.MAILMAN, "mailman-roster.json").created()).isEqualTo(4);
        assertThat(addresses())
                .containsExactlyInAnyOrder(
                        "Anne Person anne@example.com active",
                        "Bart bart@example.com quarantined mailman: by_bounces",
                        "Cris cris@example.com active",
                        "Dave dave@example.com quarantined mailman: by_user");
        assertThat(values()).containsExactlyInAnyOrder("Anne Person リスト=ant", "Cris リスト=bee");
    }

    @Test
    void aListOfThoseWhoseDeliveryIsOffStopsThem() throws Exception {
        run(ForeignFormat.MAILMAN, "mailman-members.txt", "ant");
        byte[] off = "bart@example.com\nnew@example.com\n".getBytes(StandardCharsets.UTF_8);
        ImportReport report =
                lists.run(
                        school,
                        off,
                        new ForeignImport.Wish(
                                ForeignFormat.MAILMAN, List.of("ant"), true, Language.JA));
        assertThat(report.created()).isEqualTo(1);
        assertThat(addresses())
                .contains(
                        "Person, Bart bart@example.com quarantined mailman: delivery is off",
                        "（名前未登録） new@example.com quarantined mailman: delivery is off");
        // The first file once more does not start them again.
        run(ForeignFormat.MAILMAN, "mailman-members.txt", "ant");
        assertThat(addresses())
                .contains("Person, Bart bart@example.com quarantined mailman: delivery is off");
    }

    @Test
    void phpListKeepsBlacklistedUnconfirmedAndDisabledFromBeingMailed() throws Exception {
        ImportReport report =
                run(ForeignFormat.PHPLIST, "phplist.tsv", "Parents and friends", "News");
        assertThat(report.problems())
                .singleElement()
                .satisfies(p -> assertThat(p.line()).isEqualTo(5));
        assertThat(addresses())
                .containsExactlyInAnyOrder(
                        "はな 高橋 hana@example.com active",
                        "（名前未登録） black@example.com quarantined phpList: blacklisted",
                        "N Ever never@example.com quarantined phpList: not confirmed",
                        "D Ead dead@example.com quarantined phpList: disabled");
        assertThat(values())
                .contains(
                        "はな 高橋 リスト=Parents and friends",
                        "はな 高橋 リスト=News",
                        "はな 高橋 町=札幌",
                        "D Ead Foreign Key=K5")
                .noneMatch(v -> v.contains("secret-hash"));
    }

    @Test
    void theSameFileAgainChangesNothing() throws Exception {
        run(ForeignFormat.PHPLIST, "phplist.tsv", "News");
        List<String> addresses = addresses();
        List<String> values = values();
        ImportReport again = run(ForeignFormat.PHPLIST, "phplist.tsv", "News");
        assertThat(again.created()).isZero();
        assertThat(again.updated()).isEqualTo(4);
        assertThat(addresses()).isEqualTo(addresses);
        assertThat(values()).isEqualTo(values);
    }

    @Test
    void aSecondListIsAddedToTheFirst() throws Exception {
        run(ForeignFormat.MAILMAN, "mailman-members.txt", "ant");
        run(ForeignFormat.MAILMAN, "mailman-members.txt", "bee");
        assertThat(values()).contains("Anne Person リスト=ant", "Anne Person リスト=bee").hasSize(10);
        assertThat(choices()).containsExactly("ant\nbee");
    }

    /** The console and the API take such a file for what it is, not for an ordinary list. */
    @Test
    void anOrdinaryImportKnowsTheirFilesByTheHeader() throws Exception {
        ImportReport report = roster.importCsv(school, file("listmonk.csv"), Language.JA);
        assertThat(report.created()).isEqualTo(4);
        assertThat(addresses())
                .contains("Block, Ed blocked@example.com quarantined listmonk: blocklisted");
        roster.importCsv(school, file("phplist.tsv"), Language.JA);
        assertThat(addresses())
                .contains("（名前未登録） black@example.com quarantined phpList: blacklisted");
    }

    @Test
    void cp932IsReadToo() throws Exception {
        byte[] cp932 =
                new String(file("phplist.tsv"), StandardCharsets.UTF_8)
                        .getBytes(Charset.forName("windows-31j"));
        var wish = new ForeignImport.Wish(ForeignFormat.PHPLIST, List.of(), false, Language.JA);
        lists.run(school, cp932, wish);
        assertThat(values()).contains("はな 高橋 町=札幌");
    }

    @Test
    void whoHasLeftIsNotBroughtBack() throws Exception {
        run(ForeignFormat.MAILMAN, "mailman-members.txt");
        database.change(
                tx -> tx.update("UPDATE member SET state = 'left' WHERE name = 'Anne Person'"));
        ImportReport again = run(ForeignFormat.MAILMAN, "mailman-members.txt");
        assertThat(again.problems()).anySatisfy(p -> assertThat(p.reason()).contains("退会"));
        assertThat(left()).isEqualTo(1);
    }

    @Test
    void tryingOutChangesNothing() throws Exception {
        var wish =
                new ForeignImport.Wish(ForeignFormat.MAILMAN, List.of("ant"), false, Language.EN);
        ImportReport report = lists.tryOut(school, file("mailman-members.txt"), wish);
        assertThat(report.created()).isEqualTo(5);
        assertThat(addresses()).isEmpty();
        assertThat(values()).isEmpty();
    }

    @Test
    void refusesWhatIsNoListAtAll() {
        assertThatThrownBy(
                        () ->
                                lists.run(
                                        school,
                                        "{\"entries\": 5}".getBytes(StandardCharsets.UTF_8),
                                        new ForeignImport.Wish(
                                                ForeignFormat.MAILMAN,
                                                List.of(),
                                                false,
                                                Language.JA)))
                .isInstanceOf(FaultException.class);
        assertThatThrownBy(
                        () ->
                                lists.run(
                                        school,
                                        "{broken".getBytes(StandardCharsets.UTF_8),
                                        new ForeignImport.Wish(
                                                ForeignFormat.LISTMONK,
                                                List.of(),
                                                false,
                                                Language.JA)))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining("no JSON");
    }

    private ImportReport run(ForeignFormat format, String file, String... names) throws Exception {
        return lists.run(
                school,
                file(file),
                new ForeignImport.Wish(format, List.of(names), false, Language.JA));
    }

    private static byte[] file(String name) throws IOException {
        try (InputStream in = ForeignImportTest.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name);
            }
            return in.readAllBytes();
        }
    }

    private List<String> choices() {
        return database.read(
                tx -> tx.query("SELECT choices FROM profile_item", r -> r.text("choices")));
    }

    private long left() {
        return database.read(tx -> tx.number("SELECT COUNT(*) FROM member WHERE state = 'left'"));
    }

    private List<String> addresses() {
        return database.read(
                tx -> {
                    List<String> found = new ArrayList<>();
                    tx.scan(
                            "SELECT m.name, c.address, c.state, c.reason FROM contact c"
                                    + " JOIN member m ON m.id = c.member_id ORDER BY c.id",
                            row ->
                                    found.add(
                                            (row.text("name")
                                                            + " "
                                                            + row.text("address")
                                                            + " "
                                                            + row.text("state")
                                                            + " "
                                                            + row.optionalText("reason").orElse(""))
                                                    .strip()));
                    return found;
                });
    }

    private List<String> values() {
        return database.read(
                tx -> {
                    List<String> found = new ArrayList<>();
                    tx.scan(
                            "SELECT m.name AS who, i.name AS item, v.content FROM profile_value v"
                                    + " JOIN member m ON m.id = v.member_id"
                                    + " JOIN profile_item i ON i.id = v.item_id"
                                    + " ORDER BY m.id, i.id, v.content",
                            row ->
                                    found.add(
                                            row.text("who")
                                                    + " "
                                                    + row.text("item")
                                                    + "="
                                                    + row.text("content")));
                    return found;
                });
    }
}
