package org.todoku.appliance.repeat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.AuditEntry;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.Attachments;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.message.Markup;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.Recurrence;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.message.Surveys;
import org.todoku.appliance.message.WhenLate;

/** Messages that come again, with a clock that is set forward as if the server had been down. */
class RepeatsTest {
    private static final Duration DAY = Duration.ofDays(1);

    @TempDir Path dir;

    @SuppressWarnings("NullAway.Init")
    private Network network;

    @SuppressWarnings("NullAway.Init")
    private Repeats repeats;

    @SuppressWarnings("NullAway.Init")
    private Audit audit;

    /** In an hour, and never at a full one. */
    private Instant first = Instant.EPOCH;

    @BeforeEach
    void open() {
        network = new Network(dir);
        network.member("a@example.jp");
        audit = new Audit(network.database, network.ids, network.clock);
        repeats = repeats();
        first = Instant.ofEpochSecond(Instant.now().getEpochSecond() / 3600 * 3600 + 3600 + 1800);
    }

    @AfterEach
    void close() {
        network.close();
    }

    @Test
    void comesAgainEveryDayOnceEach() {
        MessageId id = send("FREQ=DAILY", WhenLate.DROP);
        assertThat(repeats.of(network.school.id()))
                .singleElement()
                .satisfies(one -> assertThat(one.next()).isEqualTo(first.plus(DAY)));
        repeats.step();
        assertThat(messages()).as("its time has not come").hasSize(1);

        until(first.plus(DAY).plusSeconds(5));
        repeats.step();
        repeats.step();
        assertThat(messages()).hasSize(2);
        MessageView copy = messages().getFirst();
        assertThat(copy.sendAt()).isEqualTo(first.plus(DAY));
        assertThat(copy.sendNotAfter()).contains(first.plus(DAY).plusSeconds(3600));
        assertThat(copy.body()).isEqualTo("本文");
        assertThat(new Surveys(network.database).of(copy.id()).orElseThrow().choices())
                .containsExactly("○ 参加", "× 不参加");
        assertThat(missed()).isEmpty();

        // As if the process had died after the message and before its note.
        network.database.change(
                tx ->
                        tx.update(
                                "UPDATE message_repeat SET next_run = ? WHERE message_id = ?",
                                first.plus(DAY),
                                id.value()));
        repeats().step();
        assertThat(messages()).hasSize(2);
    }

    @Test
    void timesThatWereMissedAreLeftOutAndNoted() {
        send("FREQ=DAILY", WhenLate.DROP);
        until(first.plus(DAY.multipliedBy(3)).plus(Duration.ofHours(2)));
        repeats.step();

        assertThat(messages()).hasSize(1);
        assertThat(missed()).singleElement().asString().contains("3 times from");
        assertThat(repeats.of(network.school.id()).getFirst().next())
                .isEqualTo(first.plus(DAY.multipliedBy(4)));
    }

    @Test
    void orTheNewestOfThemIsSentLate() {
        send("FREQ=DAILY", WhenLate.MARK);
        until(first.plus(DAY.multipliedBy(3)).plus(Duration.ofHours(2)));
        repeats.step();

        assertThat(messages()).hasSize(2);
        MessageView late = messages().getFirst();
        assertThat(late.sendAt()).isEqualTo(first.plus(DAY.multipliedBy(3)));
        assertThat(late.whenLate()).isEqualTo(WhenLate.MARK);
        assertThat(late.sendNotAfter().orElseThrow()).isBefore(network.clock.instant());
        assertThat(missed()).singleElement().asString().contains("2 times from");
    }

    @Test
    void endsWhenItIsToldToAndByItself() {
        MessageId id = send("FREQ=DAILY", WhenLate.DROP);
        MessageId two = send("FREQ=DAILY;COUNT=2", WhenLate.DROP);
        assertThat(repeats.end(network.school.id(), id, "admin@example.jp")).isTrue();
        assertThat(repeats.end(network.school.id(), id, "admin@example.jp")).isFalse();
        for (int day = 1; day < 4; day++) {
            until(first.plus(DAY.multipliedBy(day)).plusSeconds(5));
            repeats.step();
        }
        assertThat(messages()).hasSize(3);
        assertThat(messages().getFirst().id()).isNotEqualTo(two);
        assertThat(repeats.of(network.school.id())).isEmpty();
        assertThat(audit.newest(network.school.id(), 10))
                .anyMatch(entry -> entry.act().equals("end-repeat"));
    }

    @Test
    void theLastDayOfAMonthIsTheLastOfEach() {
        var rule = new Recurrence("FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1");
        Instant january = Instant.parse("2027-01-31T05:00:00Z");
        assertThat(rule.between(january, january, Instant.parse("2027-05-01T00:00:00Z"), 9))
                .extracting(time -> time.toString().substring(0, 10))
                .containsExactly("2027-02-28", "2027-03-31", "2027-04-30");
        var weekdays = new Recurrence("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270205T145900Z");
        // Half past seven in Japan is the evening before in UTC: the days are Japan's.
        Instant friday = Instant.parse("2027-01-28T22:30:00Z");
        assertThat(weekdays.between(friday, friday, Instant.MAX, 99))
                .hasSize(5)
                .first()
                .isEqualTo(Instant.parse("2027-01-31T22:30:00Z"));
    }

    @Test
    void aRuleThatIsNoneOrTooOftenIsRefused() {
        for (String wrong :
                List.of(
                        "",
                        "daily",
                        "FREQ=HOURLY",
                        "FREQ=DAILY;BYDAY=XX",
                        "FREQ=DAILY;BYHOUR=1,2,3",
                        "FREQ=DAILY;BYMINUTE=0,10,20")) {
            assertThatExceptionOfType(FaultException.class)
                    .as(wrong)
                    .isThrownBy(() -> new Recurrence(wrong))
                    .withMessageContaining("invalid-request");
        }
    }

    @Test
    void aRuleThatNamesNoDayIsRefusedBeforeAnythingIsSent() {
        assertThatExceptionOfType(FaultException.class)
                .isThrownBy(() -> send("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", WhenLate.DROP))
                .withMessageContaining("no time that ever comes");
        assertThat(messages()).isEmpty();
    }

    private Repeats repeats() {
        FileStore none =
                new FileStore() {
                    @Override
                    public String put(byte[] content) {
                        throw new UnsupportedOperationException();
                    }

                    @Override
                    public Optional<byte[]> get(String sha256) {
                        return Optional.empty();
                    }
                };
        return new Repeats(
                network.database,
                network.clock,
                new Repeats.Parts(
                        network.messages,
                        new Attachments(network.database, none),
                        new Surveys(network.database),
                        network.sending,
                        audit));
    }

    private MessageId send(String rule, WhenLate whenLate) {
        var message =
                new NewMessage(
                        "件名",
                        "本文",
                        new Audience.Everyone(),
                        false,
                        Optional.of(first),
                        Optional.empty(),
                        List.of(),
                        Optional.of(new Survey(List.of("○ 参加", "× 不参加"))),
                        whenLate,
                        Markup.PLAIN,
                        Optional.of(new Recurrence(rule)));
        return network.sending.send(network.school.id(), "test", message, Optional.empty());
    }

    private void until(Instant time) {
        network.goAhead(Duration.between(network.clock.instant(), time));
    }

    private List<MessageView> messages() {
        return network.messages.list(network.school.id(), Optional.empty()).items();
    }

    private List<String> missed() {
        return audit.newest(network.school.id(), 50).stream()
                .filter(entry -> entry.act().equals("repeat-missed"))
                .map(AuditEntry::detail)
                .toList();
    }
}
