package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.todoku.appliance.ApplianceConfig.Archive;
import org.todoku.appliance.ApplianceConfig.Force;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.ApplianceConfig.Http;
import org.todoku.appliance.ApplianceConfig.Mail;
import org.todoku.appliance.ApplianceConfig.Rate;
import org.todoku.appliance.ApplianceConfig.Relay;
import org.todoku.appliance.ApplianceConfig.RelaySecurity;

class ApplianceConfigTest {
    private static final Rate FIFTY_A_SECOND = new Rate(50, Duration.ofSeconds(1));

    @TempDir Path folder;

    @Test
    void standsOnItsDefaultsWhenNothingIsConfigured() {
        ApplianceConfig config = ApplianceConfig.defaults();
        assertThat(config.http())
                .isEqualTo(new Http("127.0.0.1", 8080, URI.create("http://localhost:8080")));
        assertThat(config.tls().certificate()).isEmpty();
        assertThat(config.database().url()).isEmpty();
        assertThat(config.volume())
                .isEqualTo(
                        new ApplianceConfig.Volume(
                                Force.LOCAL_OR_ARCHIVE,
                                Duration.ofMillis(250),
                                256L * 1024 * 1024,
                                Optional.empty()));
        assertThat(config.archive())
                .isEqualTo(
                        new Archive(
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty(),
                                false,
                                Optional.empty(),
                                Duration.ofSeconds(1),
                                Duration.ofHours(6),
                                Duration.ofDays(14)));
        assertThat(config.mail())
                .isEqualTo(
                        new Mail(
                                "example.jp",
                                List.of(plainRelay("127.0.0.1", 25)),
                                Optional.of(new HostAndPort("127.0.0.1", 2525)),
                                Optional.empty(),
                                List.of(),
                                ApplianceConfig.Direct.OFF));
        assertThat(config.status().publish()).isEmpty();
    }

    /** Only an empty list that someone wrote: a relay that was forgotten sends nothing anywhere. */
    @Test
    void sendsDirectlyOnlyWhenToldTo() throws IOException {
        assertThat(read("").mail().direct().on()).isFalse();
        ApplianceConfig direct = read("mail: { relays: [] }\n");
        assertThat(direct.mail().direct().on()).isTrue();
        assertThat(direct.mail().relays()).isEmpty();
    }

    @Test
    void takesCanaries() throws IOException {
        ApplianceConfig config =
                read(
                        """
                        mail:
                          canaries: [ { address: me@docomo.ne.jp, url: "imaps://me@imap.example.jp", password-file: c.pw } ]
                        """);
        assertThat(config.mail().canaries())
                .containsExactly(
                        new ApplianceConfig.Canary(
                                "me@docomo.ne.jp",
                                URI.create("imaps://me@imap.example.jp"),
                                folder.resolve("c.pw")));
        assertThatThrownBy(() -> read("mail: { canaries: [ { address: me@docomo.ne.jp } ] }\n"))
                .hasMessageContaining("canaries");
    }

    @Test
    void takesEveryKey() throws IOException {
        ApplianceConfig config =
                read(
                        """
                        http: { bind: 0.0.0.0, port: 9000, public-url: "https://renraku.example.jp/" }
                        tls: { certificate: tls/cert.pem, key: /etc/key.pem }
                        database: { url: "jdbc:postgresql://db/todoku" }
                        volume: { force: local-and-archive, stall-after: 1s, write-behind-max: 2GiB, device: sda }
                        archive: { url: "s3://bucket/prefix", endpoint: "https://s3.example.jp", region: jp-1,
                                   path-style: true, key-file: a.key, ship-interval: 500ms, base-interval: 12h, keep: 30d }
                        mail:
                          domain: renraku.example.jp
                          relays:
                            - { url: "smtp+starttls://me@mx.example.jp", password-file: relay.pw, rate: 300/m, connections: 2 }
                            - { url: "smtps://[::1]:4465" }
                          listen: "[::1]:25"
                          mailbox: imaps://net@imap.example.jp
                          mailbox-password-file: box.pw
                          dkim: [ { selector: s1, key-file: dkim.pem } ]
                          resolver: 192.0.2.53:53
                        status: { publish: "s3://status", notice-relay: "smtp://second" }
                        """);
        assertThat(config.http().publicUrl()).hasToString("https://renraku.example.jp");
        assertThat(config.http().secure()).isTrue();
        assertThat(config.tls().certificate()).contains(folder.resolve("tls/cert.pem"));
        assertThat(config.tls().key()).contains(Path.of("/etc/key.pem"));
        assertThat(config.database().url()).contains("jdbc:postgresql://db/todoku");
        assertThat(config.volume().force()).isEqualTo(Force.LOCAL_AND_ARCHIVE);
        assertThat(config.volume().writeBehindMaxBytes()).isEqualTo(2L * 1024 * 1024 * 1024);
        assertThat(config.volume().device()).contains("sda");
        assertThat(config.archive().pathStyle()).isTrue();
        assertThat(config.archive().keyFile()).contains(folder.resolve("a.key"));
        assertThat(config.archive().shipInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.mail().relays())
                .containsExactly(
                        new Relay(
                                RelaySecurity.STARTTLS,
                                new HostAndPort("mx.example.jp", 587),
                                Optional.of("me"),
                                Optional.of(folder.resolve("relay.pw")),
                                new Rate(300, Duration.ofMinutes(1)),
                                2),
                        new Relay(
                                RelaySecurity.TLS,
                                new HostAndPort("::1", 4465),
                                Optional.empty(),
                                Optional.empty(),
                                FIFTY_A_SECOND,
                                8));
        assertThat(config.mail().listen()).contains(new HostAndPort("::1", 25));
        assertThat(config.mail().mailbox().orElseThrow().passwordFile())
                .contains(folder.resolve("box.pw"));
        assertThat(config.mail().dkim().getFirst().selector()).isEqualTo("s1");
        assertThat(config.mail().direct().resolver()).hasToString("Optional[192.0.2.53:53]");
        assertThat(config.status().publish()).contains(java.net.URI.create("s3://status"));
        assertThat(config.status().noticeRelay().orElseThrow().at())
                .isEqualTo(new HostAndPort("second", 25));
    }

    @Test
    void switchesListeningOffWithAnEmptyValue() throws IOException {
        assertThat(read("mail: { listen: ~ }").mail().listen()).isEmpty();
        assertThat(read("mail: { listen: '' }").mail().listen()).isEmpty();
        assertThat(read("mail:").mail().listen()).isPresent();
    }

    @Test
    void letsTheEnvironmentOverrideTheFile() throws IOException {
        Path file = write("http: { port: 9000, bind: 0.0.0.0 }");
        ApplianceConfig config =
                ConfigReader.read(
                        Optional.of(file),
                        Map.of(
                                "TODOKU_HTTP_PORT", "9001",
                                "TODOKU_MAIL_RELAYS", "[{url: 'smtp://mx:26', rate: 5/s}]",
                                "TODOKU_ARCHIVE_SHIP_INTERVAL", "2s",
                                "TODOKU_DEBUG", "1"));
        assertThat(config.http().port()).isEqualTo(9001);
        assertThat(config.http().bind()).isEqualTo("0.0.0.0");
        assertThat(config.mail().relays().getFirst().rate().perSecond()).isEqualTo(5.0);
        assertThat(config.archive().shipInterval()).isEqualTo(Duration.ofSeconds(2));
        assertThatThrownBy(
                        () -> ConfigReader.read(Optional.of(file), Map.of("TODOKU_HTTP_PROT", "1")))
                .hasMessage(
                        "environment TODOKU_HTTP_PROT: http.prot is not a known key."
                                + " Hint: did you mean http.port?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    htpp: { port: 1 }                 | line 1: htpp is not a known key. Hint: did you mean http?
                    http: { prot: 1 }                 | line 1: http.prot is not a known key. Hint: did you mean http.port?
                    http: { somethingelse: 1 }        | line 1: http.somethingelse is not a known key. Hint: allowed here: bind, port, public-url
                    http: { port: 1, port: 2 }        | line 1: http.port stands there twice
                    http: { port: 65536 }             | line 1: http.port: "65536" is not allowed. Hint: it takes a whole number from 0 to 65535
                    http: { port: 1e3 }               | line 1: http.port: "1e3" is not allowed
                    http: { port: [1] }               | line 1: http.port: a list or section is not allowed
                    http: 8080                        | line 1: http is a section
                    http: { public-url: "ftp://x" }   | line 1: http.public-url: "ftp://x" is not allowed
                    http: { public-url: "http://x/y" }| line 1: http.public-url: "http://x/y" is not allowed
                    tls: { certificate: c.pem }       | tls.key is missing
                    database: { url: "postgres://x" } | line 1: database.url: "postgres://x" is not allowed
                    volume: { force: always }         | line 1: volume.force: "always" is not allowed. Hint: it takes one of local, local-or-archive, local-and-archive
                    volume: { stall-after: 250 }      | line 1: volume.stall-after: "250" is not allowed. Hint: it takes a duration
                    volume: { stall-after: 0s }       | line 1: volume.stall-after: "0s" is not allowed
                    volume: { write-behind-max: 1MB } | line 1: volume.write-behind-max: "1MB" is not allowed
                    archive: { url: "/srv/archive" }  | line 1: archive.url: "/srv/archive" is not allowed. Hint: it takes file:///directory or s3://bucket/prefix
                    archive: { path-style: yes }      | line 1: archive.path-style: "yes" is not allowed. Hint: it takes true or false
                    mail: { domain: "a b" }           | line 1: mail.domain: "a b" is not allowed
                    mail: { listen: 2525 }            | line 1: mail.listen: "2525" is not allowed. Hint: it takes host:port
                    mail: { listen: "h:70000" }       | line 1: mail.listen: "h:70000" is not allowed
                    mail: { relays: "smtp://x" }      | line 1: mail.relays: "smtp://x" is not allowed. Hint: it takes a list
                    mail: { relays: [ { url: "http://x" } ] } | line 1: mail.relays[0].url: "http://x" is not allowed. Hint: it takes smtp://
                    mail: { relays: [ { rate: 5/s } ] }       | mail.relays[0].url is missing
                    mail: { relays: [ { url: "smtp://u:secret@x" } ] } | line 1: mail.relays[0].url: "smtp://u:***@x" is not allowed
                    mail: { relays: [ { url: "smtp://u@x" } ] }        | mail.relays[0].password-file is missing
                    mail: { relays: [ { url: "smtp://x", rate: fast } ] } | line 1: mail.relays[0].rate: "fast" is not allowed
                    mail: { relays: [ { url: "smtp://x", connections: 0 } ] } | line 1: mail.relays[0].connections: "0" is not allowed
                    mail: { mailbox: "pop3://x" }     | line 1: mail.mailbox: "pop3://x" is not allowed
                    mail: { dkim: [ { selector: s } ] } | mail.dkim[0].key-file is missing
                    - a                               | this is not a configuration
                    http: { port                      | line 1: this is not YAML
                    """)
    void refusesWithPlaceKeyValueAndWhatIsAllowed(String yaml, String complaint)
            throws IOException {
        Path file = write(yaml);
        assertThatThrownBy(() -> ConfigReader.read(Optional.of(file), Map.of()))
                .isInstanceOf(ConfigProblem.class)
                .hasMessageContaining(complaint);
    }

    @Test
    void namesTheLine() throws IOException {
        Path file = write("http:\n  port: 80\nmail:\n  domain: x.jp\n  listne: a\n");
        assertThatThrownBy(() -> ConfigReader.read(Optional.of(file), Map.of()))
                .hasMessageStartingWith(file + " line 5: mail.listne");
    }

    @Test
    void printsWhatItWouldReadAgain() throws IOException {
        ApplianceConfig config =
                read(
                        """
                        mail:
                          relays: [ { url: "smtps://u@mx", password-file: pw, rate: 300/m } ]
                          listen: ~
                        volume: { write-behind-max: 512KiB, stall-after: 90s }
                        archive: { url: "file:///srv/a" }
                        """);
        String printed = ConfigPrinter.yaml(config);
        assertThat(read(printed)).isEqualTo(config);
        assertThat(read(ConfigPrinter.yaml(ApplianceConfig.defaults())))
                .isEqualTo(ApplianceConfig.defaults());
    }

    @Test
    void printsNoPassword() throws IOException {
        String printed =
                ConfigPrinter.yaml(read("database: { url: 'jdbc:x://h/d?user=u&password=hush' }"));
        assertThat(printed).contains("password=***").doesNotContain("hush");
    }

    @Test
    void keepsTheArchiveKeyBesideTheDataUnlessToldOtherwise() throws IOException {
        Path data = Path.of("/var/lib/todoku");
        assertThat(read("archive: { url: 'file:///a' }").archive().keyFileIn(data))
                .isEqualTo(data.resolve("archive.key"));
        assertThat(read("archive: { key-file: /k }").archive().keyFileIn(data))
                .isEqualTo(Path.of("/k"));
    }

    private ApplianceConfig read(String yaml) throws IOException {
        return ConfigReader.read(Optional.of(write(yaml)), Map.of());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("todoku.yaml"), yaml);
    }

    private static Relay plainRelay(String host, int port) {
        return new Relay(
                RelaySecurity.PLAIN,
                new HostAndPort(host, port),
                Optional.empty(),
                Optional.empty(),
                FIFTY_A_SECOND,
                8);
    }
}
