package org.todoku.appliance.delivery.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.dkim.DkimKey.Kind;
import org.todoku.appliance.kernel.FaultException;

/** Our signatures as dkimpy, which shares no code with ours, sees them. */
class DkimSignerTest {
    private static final String MAIL =
            """
            From: =?UTF-8?B?6Z2S6JGJ5bCP5a2m5qCh?= <aoba@example.jp>
            To: abc..def.@docomo.ne.jp
            Subject: =?UTF-8?B?5Y+w6aKo44Gr44KI44KL5LyR5qCh44Gr44Gk44GE44Gm44Gu44GK?=
             =?UTF-8?B?55+l44KJ44Gb?=
            Message-ID: <m1.d2@example.jp>
            MIME-Version: 1.0
            Content-Type: text/plain; charset=UTF-8
            Content-Transfer-Encoding: base64
            List-Unsubscribe: <https://example.jp/u/x>, <mailto:aoba@example.jp?subject=x>
            List-Unsubscribe-Post: List-Unsubscribe=One-Click

            5pel5pys6Kqe

            """
                    .replace("\n", "\r\n");

    /** Prints a line for each signature, from the last header to the first. */
    private static final String VERIFIER =
            """
            import sys, dkim
            records = dict(line.rstrip('\\n').split('\\t') for line in open(sys.argv[1]))
            mail = open(sys.argv[2], 'rb').read()
            def txt(name, timeout=5):
                return records.get(name.decode().rstrip('.'), '').encode()
            d = dkim.DKIM(mail)
            for i in range(int(sys.argv[3])):
                try:
                    print(d.verify(idx=i, dnsfunc=txt))
                except dkim.ValidationError as e:
                    print(False)
            """;

    @TempDir Path folder;

    @Test
    void anotherImplementationFindsBothSignaturesGood() throws Exception {
        List<DkimKey> keys = keys();
        byte[] signed = sign(keys);
        assertThat(verify(keys, signed)).containsExactly("True", "True");
        assertThat(new String(signed, StandardCharsets.US_ASCII).split("\r\n"))
                .allSatisfy(line -> assertThat(line.length()).isLessThan(999));
        assertThat(new String(signed, StandardCharsets.US_ASCII)).endsWith(MAIL);
    }

    @Test
    void anyChangeIsFound() throws Exception {
        List<DkimKey> keys = keys();
        String signed = new String(sign(keys), StandardCharsets.US_ASCII);
        for (String[] change :
                new String[][] {
                    {"5pel", "5pem"},
                    {"Subject: ", "Subject: !"},
                    {"To: abc", "To: abd"},
                    {"From: ", "From: x@evil.example\r\nFrom: "},
                    {"One-Click", "None"},
                    {"https://example.jp/u/x", "https://example.jp/u/y"}
                }) {
            String changed = signed.replace(change[0], change[1]);
            assertThat(changed).isNotEqualTo(signed);
            assertThat(verify(keys, changed.getBytes(StandardCharsets.US_ASCII)))
                    .as(change[1])
                    .containsExactly("False", "False");
        }
    }

    @Test
    void aKeyIsReadBackWithTheSameRecord() {
        for (Kind kind : Kind.values()) {
            Path file = folder.resolve(kind + ".pem");
            DkimKey made = DkimKey.create("s1", kind, file);
            DkimKey read = DkimKey.read("s1", file);
            assertThat(read.kind()).isEqualTo(kind);
            assertThat(read.record()).isEqualTo(made.record());
            assertThatThrownBy(() -> DkimKey.create("s1", kind, file))
                    .isInstanceOf(FaultException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void refusesASelectorThatIsNoNameBeforeItWritesAnything() {
        Path file = folder.resolve("never.pem");
        assertThatThrownBy(() -> DkimKey.create("a b", Kind.RSA, file))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining("a b");
        assertThat(file).doesNotExist();
    }

    @Test
    void namesAFileThatHoldsNoKey() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), "-----BEGIN RSA PRIVATE KEY-----\n");
        assertThatThrownBy(() -> DkimKey.read("s1", file))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("PKCS #8");
    }

    private List<DkimKey> keys() {
        return List.of(
                DkimKey.create("s1", Kind.RSA, folder.resolve("rsa.pem")),
                DkimKey.create("e1", Kind.ED25519, folder.resolve("ed.pem")));
    }

    private static byte[] sign(List<DkimKey> keys) {
        return new DkimSigner("example.jp", keys).sign(MAIL.getBytes(StandardCharsets.US_ASCII));
    }

    private List<String> verify(List<DkimKey> keys, byte[] mail) throws Exception {
        StringBuilder zone = new StringBuilder();
        for (DkimKey key : keys) {
            zone.append(key.selector())
                    .append("._domainkey.example.jp\t")
                    .append(key.record())
                    .append('\n');
        }
        Path records = Files.writeString(folder.resolve("records"), zone);
        Path file = Files.write(folder.resolve("mail"), mail);
        Process python =
                new ProcessBuilder(
                                "/usr/bin/python3",
                                "-c",
                                VERIFIER,
                                records.toString(),
                                file.toString(),
                                "" + keys.size())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assumeTrue(!said.contains("No module named"), "SKIPPED: no python3-dkim, python3-nacl");
        return said.lines().toList();
    }

    /** So that a missing interpreter is said, too. */
    @org.junit.jupiter.api.BeforeAll
    static void lookForPython() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "SKIPPED: no python3");
    }
}
