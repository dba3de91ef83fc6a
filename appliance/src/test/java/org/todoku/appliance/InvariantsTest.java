package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.store.TestStore;

/** Rows that no feature writes are found; those that the features write are not accused. */
class InvariantsTest {
    @TempDir Path dir;

    private Network network;
    private Connection connection;

    @BeforeEach
    void send() throws SQLException {
        network = new Network(dir);
        network.membersByList(30);
        network.send(false);
        network.send(true);
        connection = DriverManager.getConnection(TestStore.url(dir));
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
        network.close();
    }

    @Test
    void findsNothingInWhatTheFeaturesWrite() throws SQLException {
        assertThat(new Invariants(connection).broken(Instant.now())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    update delivery set outcome = 'sent'                            | outcome that does not exist (60)
                    update delivery set outcome = 'handedOver'                      | handed over at no time
                    update delivery set outcome = 'claimed'                         | claimed at no time
                    update message set state = 'sent'                               | not all of its deliveries are (2)
                    update delivery set member_id = (select min(id) from member)    | an address of another member
                    insert into message_read values (1, 1, 1)                       | read a message that does not exist
                    """)
    void findsWhatNoFeatureWrites(String change, String found) throws SQLException {
        change(change);
        List<String> broken = new Invariants(connection).broken(Instant.now());
        assertThat(broken).anyMatch(line -> line.contains(found));
    }

    @Test
    void findsTwiceWhatTheConstraintsForbid() throws SQLException {
        change("alter table contact drop constraint contact_address");
        change("alter table delivery drop constraint delivery_once");
        change("update contact set address_key = 'same@example.jp'");
        change("update delivery set contact_id = (select min(id) from contact)");
        assertThat(new Invariants(connection).broken(Instant.now()))
                .anyMatch(line -> line.startsWith("an address belongs to two members"))
                .anyMatch(line -> line.startsWith("a message has two deliveries to one address"));
    }

    @Test
    void noticesAClockThatIsBehind() throws SQLException {
        Instant behind = Instant.now().minus(Duration.ofHours(2));
        assertThat(new Invariants(connection).broken(behind))
                .singleElement()
                .asString()
                .contains("set this host's clock");
    }

    private void change(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
