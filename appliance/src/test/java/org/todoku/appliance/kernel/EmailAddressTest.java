package org.todoku.appliance.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmailAddressTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            textBlock =
                    """
                    Hanako@Example.JP,               hanako@example.jp,         Hanako@example.jp
                    abc..def.@docomo.ne.jp,          abc..def.@docomo.ne.jp,    "abc..def."@docomo.ne.jp
                    "abc..def."@docomo.ne.jp,        abc..def.@docomo.ne.jp,    "abc..def."@docomo.ne.jp
                    abc.@ezweb.ne.jp,                abc.@ezweb.ne.jp,          "abc."@ezweb.ne.jp
                    -abc@softbank.ne.jp,             -abc@softbank.ne.jp,       -abc@softbank.ne.jp
                    ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ,   taro@example.jp,           taro@example.jp
                    a@日本語.jp,                      a@xn--wgv71a119e.jp,       a@xn--wgv71a119e.jp
                    """)
    void acceptsWhatPeopleHave(String text, String key, String smtp) {
        EmailAddress address = EmailAddress.of(text);
        assertThat(address.key()).isEqualTo(key);
        assertThat(address.smtp()).isEqualTo(smtp);
        assertThat(EmailAddress.of(address.smtp())).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@",
                "a@",
                "@b.jp",
                "a b@c.jp",
                "a@b",
                "a@b..jp",
                "a\r\nBcc: x@y.jp",
                "a@b.jp\nX: y",
                "\"a\rb\"@c.jp",
                "a>b@c.jp",
                "a@b@c.jp",
                "あ@example.jp",
                "a@b.jp>",
                "a@-b.jp"
            })
    void refusesWhatIsNoneOrInjects(String text) {
        assertThat(EmailAddress.parse(text)).isEmpty();
    }

    @Test
    void refusesMoreThan254Characters() {
        String domain = "d".repeat(60) + "." + "d".repeat(60) + "." + "d".repeat(60) + ".jp";
        assertThat(EmailAddress.parse("a".repeat(64) + "@" + domain)).isPresent();
        assertThat(EmailAddress.parse("a".repeat(64) + "@abcdef." + domain)).isEmpty();
        assertThat(EmailAddress.parse("a".repeat(65) + "@b.jp")).isEmpty();
    }

    @Test
    void idsNeverRepeatEvenWhenTheClockStands() throws InterruptedException {
        Ids ids = new Ids(() -> Instant.EPOCH, new Random(3));
        Set<Long> seen = java.util.concurrent.ConcurrentHashMap.newKeySet();
        for (Thread thread :
                IntStream.range(0, 4)
                        .mapToObj(
                                i ->
                                        Thread.ofVirtual()
                                                .start(
                                                        () ->
                                                                IntStream.range(0, 1000)
                                                                        .forEach(
                                                                                n ->
                                                                                        seen.add(
                                                                                                ids
                                                                                                        .next()))))
                        .toList()) {
            thread.join();
        }
        assertThat(seen).hasSize(4000);
    }

    @Test
    void faultsHaveUniqueNumbersAndCodes() {
        assertThat(Stream.of(Fault.values()).map(Fault::number)).doesNotHaveDuplicates();
        assertThat(new HashSet<>(Stream.of(Fault.values()).map(Fault::code).toList()))
                .hasSize(Fault.values().length);
        FaultException e = new FaultException(Fault.CONFLICT, "do\nthis", "that", "hint");
        assertThat(e).hasMessage("cannot do this: that [conflict]. Hint: hint");
        assertThat(new Secret("hidden").toString()).isEqualTo("***");
    }

    @Test
    void masksTheLocalPartInATextForPeople() {
        assertThat(EmailAddress.masked("550 5.1.1 <taro.y@docomo.ne.jp>: User unknown"))
                .isEqualTo("550 5.1.1 <***@docomo.ne.jp>: User unknown");
        assertThat(EmailAddress.masked("\"abc..def.\"@docomo.ne.jp and a@b.jp"))
                .isEqualTo("***@docomo.ne.jp and ***@b.jp");
        assertThat(EmailAddress.masked("550 : User unknown")).isEqualTo("550 : User unknown");
    }
}
