package org.todoku.appliance.delivery.direct;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.names.Bind;
import org.todoku.appliance.names.Names;

@EnabledIf("org.todoku.appliance.names.Bind#isInstalled")
class StsPoliciesTest {
    private static final String ENFORCE =
            "version: STSv1\r\nmode: enforce\r\nmx: *.example.jp\r\nmx: mx.other.test\r\nmax_age: 86400\r\n";

    @TempDir Path dir;

    @Test
    void readsPoliciesAndNothingElse() {
        StsPolicy policy = StsPolicy.parse(ENFORCE).orElseThrow();
        assertThat(policy.mode()).isEqualTo(StsPolicy.Mode.ENFORCE);
        assertThat(policy.maxAge()).isEqualTo(Duration.ofDays(1));
        assertThat(policy.names("MX1.example.jp")).isTrue();
        assertThat(policy.names("mx.other.test")).isTrue();
        assertThat(policy.names("a.b.example.jp")).as("one label").isFalse();
        assertThat(policy.names("example.jp")).isFalse();
        assertThat(policy.names("evilexample.jp")).isFalse();
        assertThat(StsPolicy.parse("version: STSv1\nmode: none\nmax_age: 60\n")).isPresent();
        for (String broken :
                new String[] {
                    "",
                    "mode: enforce\nmx: a\nmax_age: 1\n",
                    "version: STSv1\nmode: enforce\nmax_age: 1\n",
                    "version: STSv1\nmode: maybe\nmx: a\nmax_age: 1\n",
                    "version: STSv1\nmode: enforce\nmx: a\nmax_age: soon\n"
                }) {
            assertThat(StsPolicy.parse(broken)).as(broken).isEmpty();
        }
    }

    @Test
    void remembersAsLongAsItMayAndHoldsWhenThePageIsAway() throws Exception {
        AtomicInteger fetched = new AtomicInteger();
        AtomicBoolean away = new AtomicBoolean();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-26T00:00:00Z"));
        try (Bind bind =
                Bind.start(
                        dir,
                        Map.of(
                                "example.jp",
                                """
                                @ IN MX 10 mx1
                                @ IN MX 5 mx.elsewhere.test.
                                mx1 IN A 192.0.2.1
                                _mta-sts IN TXT "v=STSv1; id=1"
                                """,
                                "none.test",
                                "@ IN MX 0 .\n",
                                "plain.test",
                                "@ IN A 192.0.2.7\n"))) {
            Names names = Names.at(Optional.of(bind.at()));
            var policies =
                    new StsPolicies(
                            names,
                            now::get,
                            address -> {
                                assertThat(address.toString())
                                        .isEqualTo(
                                                "https://mta-sts.example.jp/.well-known/mta-sts.txt");
                                fetched.incrementAndGet();
                                if (away.get()) {
                                    throw new IOException("away");
                                }
                                return ENFORCE;
                            });
            Exchanges exchanges = new Exchanges(names, policies);
            for (int i = 0; i < 3; i++) {
                assertThat(exchanges.to("example.jp"))
                        .as("the server that is not named is left out, the other must be protected")
                        .isEqualTo(new Exchanges.To(java.util.List.of("mx1.example.jp"), true));
            }
            assertThat(fetched).hasValue(1);
            assertThat(exchanges.to("none.test")).isInstanceOf(Exchanges.Never.class);
            assertThat(exchanges.to("plain.test"))
                    .isEqualTo(new Exchanges.To(java.util.List.of("plain.test"), false));
            assertThat(exchanges.to("nobody.plain.test")).isInstanceOf(Exchanges.Never.class);
            assertThat(exchanges.to("refused.invalid")).isInstanceOf(Exchanges.NotNow.class);

            away.set(true);
            now.updateAndGet(t -> t.plus(Duration.ofDays(2)));
            assertThat(exchanges.to("example.jp"))
                    .as("its time is over, and there is no other")
                    .isEqualTo(
                            new Exchanges.To(
                                    java.util.List.of("mx.elsewhere.test", "mx1.example.jp"),
                                    false));
        }
    }
}
