package org.todoku.appliance.member;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.Mangled;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Language;

/** Whatever file is given as a list: a report, or a refusal that says what is wrong. */
class RosterFuzzTest {
    private static final String LIST =
            "氏名,ふりがな,メール,学年\n山田 太郎,やまだ,taro@example.jp,1\n\"鈴木, 花子\",すずき,a..b.@docomo.ne.jp,\"1\n3\"\n";
    private static @Nullable Network network;

    @BeforeContainer
    static void start() throws IOException {
        Path dir = Files.createTempDirectory("roster-fuzz");
        network = new Network(dir);
    }

    @AfterContainer
    static void stop() {
        if (network != null) {
            network.close();
        }
    }

    @Property(tries = 300, shrinking = ShrinkingMode.OFF)
    void aListIsReadOrRefused(@ForAll("lists") byte[] csv) {
        Network there = java.util.Objects.requireNonNull(network);
        try {
            ImportReport report = there.roster.importCsv(there.school.id(), csv, Language.JA);
            assertThat(report.problems()).isNotNull();
        } catch (FaultException e) {
            assertThat(e.fault().httpStatus()).as(e.getMessage()).isLessThan(500);
        }
    }

    @Provide
    Arbitrary<byte[]> lists() {
        return Mangled.of(
                List.of(
                        LIST.getBytes(StandardCharsets.UTF_8),
                        ("\uFEFF" + LIST).getBytes(StandardCharsets.UTF_8),
                        LIST.getBytes(Charset.forName("windows-31j")),
                        LIST.getBytes(StandardCharsets.UTF_16)));
    }
}
