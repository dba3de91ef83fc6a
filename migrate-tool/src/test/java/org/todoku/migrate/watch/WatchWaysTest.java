package org.todoku.migrate.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.appliance.MailWiring;
import org.todoku.appliance.demo.CaughtMail;
import org.todoku.appliance.demo.MailCatcher;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.backup.TestDatabase;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.Drill;
import org.todoku.backup.archive.Drills;

/** The ways to tell people, to a real web server and a real mail server. */
class WatchWaysTest {
    private static final Alert SILENCE =
            new Alert(
                    Instant.parse("2026-11-26T12:00:00Z"),
                    "https://status.example.jp/",
                    Set.of(Alarm.SILENT, Alarm.BASE),
                    Set.of(Alarm.LAG));

    @TempDir Path folder;
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final MailCatcher relay = new MailCatcher(InstantSource.system());
    private final HttpServer web;
    private volatile int answer = 204;

    WatchWaysTest() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    }

    @BeforeEach
    void start() {
        relay.start();
        web.createContext(
                "/hook",
                call -> {
                    bodies.add(
                            new String(
                                    call.getRequestBody().readAllBytes(),
                                    java.nio.charset.StandardCharsets.UTF_8));
                    call.sendResponseHeaders(answer, -1);
                    call.close();
                });
        web.start();
    }

    @AfterEach
    void stop() {
        web.stop(0);
        relay.stop();
    }

    @Test
    void theWebhookGetsTheAlarmsAsNamesAndInWords() throws Exception {
        new Webhook(hook()).tell(SILENCE);
        JsonNode told = new JsonMapper().readTree(bodies.poll(10, TimeUnit.SECONDS));
        assertThat(told.path("wrong").toString()).isEqualTo("[\"silent\",\"base\"]");
        assertThat(told.path("rightAgain").toString()).isEqualTo("[\"lag\"]");
        assertThat(told.path("source").asText()).isEqualTo("https://status.example.jp/");
        assertThat(told.path("at").asText()).isEqualTo("2026-11-26T12:00:00Z");
        assertThat(told.path("text").asText()).contains("takeover");
    }

    @Test
    void aWebhookThatRefusesIsAFault() {
        answer = 500;
        assertThatThrownBy(() -> new Webhook(hook()).tell(SILENCE))
                .isInstanceOfSatisfying(
                        FaultException.class,
                        e -> assertThat(e.fault()).isEqualTo(Fault.PUBLISH_FAILED))
                .hasMessageContaining("500");
        web.stop(0);
        assertThatThrownBy(() -> new Webhook(hook()).tell(SILENCE))
                .isInstanceOf(FaultException.class);
    }

    @Test
    void aMailGoesThroughTheFirstRelayThatTakesIt() throws Exception {
        ApplianceConfig config =
                config(
                        "[ { url: \"smtp://127.0.0.1:1\" }, { url: \"smtp://127.0.0.1:%d\" } ]"
                                .formatted(relay.port()));
        mail(config).tell(SILENCE);
        CaughtMail caught = relay.newest(1).getFirst();
        assertThat(caught.to()).isEqualTo("boss@example.com");
        assertThat(caught.subject()).isEqualTo(SILENCE.subject());
        assertThat(caught.text()).contains("takeover", "https://status.example.jp/");
    }

    @Test
    void aMailThatNobodyTakesIsAFaultThatNamesTheRelay() throws Exception {
        ApplianceConfig config = config("[ { url: \"smtp://127.0.0.1:1\" } ]");
        assertThatThrownBy(() -> mail(config).tell(SILENCE))
                .isInstanceOfSatisfying(
                        FaultException.class,
                        e -> assertThat(e.fault()).isEqualTo(Fault.RELAY_UNREACHABLE))
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void theArchiveItselfTellsOfHeartbeatBasesAndDrills() throws Exception {
        try (TestDatabase database = TestDatabase.open(folder, "watched")) {
            database.insert(1, 10);
            database.backup.takeBase();
            Archive archive = TestDatabase.archive(folder);
            try (ArchiveSource source = new ArchiveSource(archive)) {
                Sighting first = source.look();
                Instant now = Instant.now();
                assertThat(first.beat().orElseThrow()).isAfter(now.minusSeconds(120));
                assertThat(first.lastBase().orElseThrow()).isAfter(now.minusSeconds(120));
                assertThat(first.lastDrill()).isEmpty();
                assertThat(first.damaged()).isFalse();
                assertThat(source.name()).contains(folder.toString());
                assertThat(look(source)).containsExactly(Alarm.DRILL);

                new Drills(archive).put(drill(now, List.of()));
                assertThat(look(source)).isEmpty();
                new Drills(archive).put(drill(now.plusSeconds(1), List.of("a table is broken")));
                assertThat(look(source)).containsExactly(Alarm.DRILL);
            }
        }
    }

    private static Set<Alarm> look(ArchiveSource source) {
        return new Watch(source, List.of(), line -> {}, InstantSource.system(), System::nanoTime)
                .look();
    }

    private static Drill drill(Instant at, List<String> problems) {
        return new Drill(at.toString(), "here", at.toString(), 1, 1, 1, true, problems);
    }

    private static MailAlerts mail(ApplianceConfig config) {
        return new MailAlerts(
                MailWiring.noticeRelays(config),
                EmailAddress.of("watch@example.jp"),
                EmailAddress.of("boss@example.com"));
    }

    private ApplianceConfig config(String relays) throws Exception {
        Path file =
                Files.writeString(
                        folder.resolve("todoku.yaml"),
                        "mail: { domain: example.jp, relays: " + relays + " }\n");
        return ApplianceConfig.read(file, java.util.Map.of());
    }

    private URI hook() {
        return URI.create("http://127.0.0.1:" + web.getAddress().getPort() + "/hook");
    }
}
