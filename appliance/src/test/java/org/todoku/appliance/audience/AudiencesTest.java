package org.todoku.appliance.audience;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.member.ProfileItems;
import org.todoku.appliance.member.Roster;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

/** Audiences of a whole town, just imported: no statistics help the database's optimizer yet. */
class AudiencesTest {
    private static final int FAMILIES = 10_000;

    @TempDir Path dir;
    private Database database;
    private Audiences audiences;
    private Organisation town;

    @BeforeEach
    void importTheTown() {
        database = TestStore.open(dir);
        Ids ids = new Ids(InstantSource.system(), new Random(1));
        ProfileItems items = new ProfileItems(database, ids);
        town = new Organisations(database, ids, InstantSource.system()).create("青葉町", "aoba");
        StringBuilder list = new StringBuilder("会員番号,氏名,メール,メール2,学年,組\r\n");
        for (int i = 0; i < FAMILIES; i++) {
            String second = i % 10 == 1 ? "papa" + i + "@example.jp" : "";
            list.append(
                    "%d,家族 %d,family%d@example.jp,%s,%d,%d\r\n"
                            .formatted(i, i, i, second, i % 6 + 1, i % 5 + 1));
        }
        new Roster(database, ids, InstantSource.system(), items)
                .importCsv(town.id(), list.toString().getBytes(UTF_8), Language.JA);
        audiences = new Audiences(database);
    }

    @AfterEach
    void close() {
        database.close();
    }

    /** Each read has the deadline of a request, five seconds. */
    @Test
    void findsOneOfManyGradesAndClasses() {
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put("学年", List.of("３", "4"));
        values.put("組", List.of("2"));
        Audience audience = new Audience.ByProfile(values);
        long people =
                java.util.stream.IntStream.range(0, FAMILIES)
                        .filter(i -> (i % 6 == 2 || i % 6 == 3) && i % 5 == 1)
                        .count();
        AudienceSize size = audiences.count(town.id(), audience);
        assertThat(size.members()).isEqualTo(people);
        List<Recipient> recipients =
                database.read(tx -> audiences.recipients(tx, town.id(), audience));
        assertThat(recipients).hasSize((int) size.addresses());
        assertThat(size.addresses()).isGreaterThan(people);
        assertThat(recipients).extracting(r -> r.address().key()).doesNotHaveDuplicates();
    }

    @Test
    void findsNobodyForAnItemThatIsNotThere() {
        Audience audience = new Audience.ByProfile(Map.of("血液型", List.of("A")));
        assertThat(audiences.count(town.id(), audience).members()).isZero();
    }

    @Test
    void countsEverybody() {
        AudienceSize size = audiences.count(town.id(), new Audience.Everyone());
        assertThat(size.members()).isEqualTo(FAMILIES);
        assertThat(size.addresses()).isEqualTo(FAMILIES + FAMILIES / 10);
    }
}
