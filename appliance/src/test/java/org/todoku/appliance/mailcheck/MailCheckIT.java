package org.todoku.appliance.mailcheck;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.dkim.DkimKey;
import org.todoku.appliance.mailcheck.Finding.Kind;
import org.todoku.appliance.mailcheck.Finding.State;
import org.todoku.appliance.names.Bind;
import org.todoku.appliance.names.Names;

/** What a real name server says, right and wrong. */
@EnabledIf("org.todoku.appliance.names.Bind#isInstalled")
class MailCheckIT {
    @TempDir Path dir;

    @Test
    void callsGoodWhatIsRight() throws Exception {
        DkimKey rsa = DkimKey.create("s1", DkimKey.Kind.RSA, dir.resolve("rsa.pem"));
        DkimKey ed = DkimKey.create("s2", DkimKey.Kind.ED25519, dir.resolve("ed.pem"));
        String zone =
                """
                @ IN MX 10 renraku
                @ IN TXT "v=spf1 ip4:192.0.2.1 include:spf.provider.test ~all"
                @ IN TXT "something else"
                renraku IN A 192.0.2.1
                s1._domainkey IN TXT %s
                s2._domainkey IN TXT %s
                _dmarc IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@example.jp"
                """
                        .formatted(quoted(rsa.record()), quoted(ed.record()));
        try (Bind bind =
                Bind.start(
                        dir.resolve("bind"),
                        Map.of(
                                "example.jp",
                                zone,
                                "2.0.192.in-addr.arpa",
                                "1 IN PTR renraku.example.jp.\n"))) {
            List<Finding> found = check(bind, List.of(rsa, ed), List.of()).run();
            assertThat(found)
                    .extracting(Finding::kind)
                    .containsExactly(Kind.MX, Kind.SPF, Kind.DKIM, Kind.DKIM, Kind.DMARC, Kind.PTR);
            assertThat(found).allMatch(f -> f.state() == State.GOOD, "good");
        }
    }

    @Test
    void saysWhatIsMissingAndWhatToWrite() throws Exception {
        DkimKey key = DkimKey.create("s1", DkimKey.Kind.RSA, dir.resolve("rsa.pem"));
        try (Bind bind =
                Bind.start(
                        dir.resolve("bind"),
                        Map.of(
                                "example.jp",
                                "renraku IN A 192.0.2.1\n",
                                "2.0.192.in-addr.arpa",
                                "9 IN PTR other.example.jp.\n"))) {
            Map<Kind, Finding> found = byKind(check(bind, List.of(key), List.of()));
            assertThat(found.values()).allMatch(f -> f.state() == State.MISSING, "missing");
            assertThat(wanted(found, Kind.MX)).isEqualTo("10 renraku.example.jp.");
            assertThat(wanted(found, Kind.SPF)).isEqualTo("v=spf1 ip4:192.0.2.1 ~all");
            assertThat(wanted(found, Kind.DKIM)).isEqualTo(key.record());
            assertThat(wanted(found, Kind.DMARC)).startsWith("v=DMARC1; p=none");
            assertThat(wanted(found, Kind.PTR)).isEqualTo("renraku.example.jp.");
        }
    }

    @Test
    void findsWhatIsWrong() throws Exception {
        DkimKey key = DkimKey.create("s1", DkimKey.Kind.RSA, dir.resolve("rsa.pem"));
        DkimKey old = DkimKey.create("s1", DkimKey.Kind.RSA, dir.resolve("old.pem"));
        String zone =
                """
                @ IN MX 10 gone
                @ IN TXT "v=spf1 ip4:192.0.2.99 include:other.test -all"
                renraku IN A 192.0.2.1
                s1._domainkey IN TXT %s
                _dmarc IN TXT "v=DMARC1; p=perhaps"
                """
                        .formatted(quoted(old.record()));
        try (Bind bind =
                Bind.start(
                        dir.resolve("bind"),
                        Map.of(
                                "example.jp",
                                zone,
                                "other.test",
                                "@ IN TXT \"v=spf1 -all\"\n",
                                "2.0.192.in-addr.arpa",
                                "1 IN PTR elsewhere.example.jp.\n"))) {
            Map<Kind, Finding> found = byKind(check(bind, List.of(key), List.of()));
            assertThat(found.values()).allMatch(f -> f.state() == State.WRONG, "wrong");
            // The advice keeps what the record allows already.
            assertThat(wanted(found, Kind.SPF))
                    .isEqualTo("v=spf1 ip4:192.0.2.1 ip4:192.0.2.99 include:other.test ~all");
            assertThat(at(found, Kind.SPF).detail()).contains("192.0.2.1: fail");
        }
    }

    @Test
    void callsNothingGoodThatItCouldNotSee() {
        Names nowhere =
                Names.at(Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
        var setting =
                new MailCheck.Setting(
                        "example.jp", List.of(), "renraku.example.jp", true, List.of());
        Map<Kind, Finding> found = byKind(new MailCheck(nowhere, setting));
        assertThat(at(found, Kind.DKIM).state()).as("no key is made").isEqualTo(State.MISSING);
        for (Kind kind : List.of(Kind.MX, Kind.SPF, Kind.DMARC, Kind.PTR)) {
            assertThat(at(found, kind).state()).isEqualTo(State.UNKNOWN);
            assertThat(at(found, kind).detail()).contains("no answer");
        }
    }

    @Test
    void aPartThatDoesNotAnswerIsNotCalledWrong() throws Exception {
        String zone =
                """
                @ IN TXT "v=spf1 include:kept.by.nobody.invalid ~all"
                renraku IN A 192.0.2.1
                """;
        try (Bind bind = Bind.start(dir.resolve("bind"), Map.of("example.jp", zone))) {
            Finding spf = at(byKind(check(bind, List.of(), List.of())), Kind.SPF);
            assertThat(spf.state()).isEqualTo(State.UNKNOWN);
            assertThat(spf.detail()).contains("temperror");
        }
    }

    private static MailCheck check(Bind bind, List<DkimKey> keys, List<String> senders) {
        return new MailCheck(
                Names.at(Optional.of(bind.at())),
                new MailCheck.Setting("example.jp", keys, "renraku.example.jp", true, senders));
    }

    private static Map<Kind, Finding> byKind(MailCheck check) {
        return check.run().stream().collect(Collectors.toMap(Finding::kind, Function.identity()));
    }

    private static Finding at(Map<Kind, Finding> found, Kind kind) {
        return Optional.ofNullable(found.get(kind)).orElseThrow();
    }

    private static String wanted(Map<Kind, Finding> found, Kind kind) {
        return at(found, kind).wanted();
    }

    /** A record longer than 255 letters has to be written in parts. */
    private static String quoted(String record) {
        int half = record.length() / 2;
        return "\"%s\" \"%s\"".formatted(record.substring(0, half), record.substring(half));
    }
}
