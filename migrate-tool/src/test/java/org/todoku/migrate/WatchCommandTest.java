package org.todoku.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.continuity.outside.OutsideState;
import org.todoku.appliance.continuity.outside.OutsideState.Copy;
import org.todoku.appliance.continuity.outside.OutsideState.Drill;
import org.todoku.appliance.demo.MailCatcher;

/** {@code status --watch} as it is called: each kind of trouble, by mail and by webhook. */
class WatchCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    private final Instant now = Instant.now();
    private final Copy good = copy(Duration.ZERO, Duration.ZERO, Duration.ZERO, true);

    @TempDir Path folder;
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final MailCatcher relay = new MailCatcher(InstantSource.system());
    private final HttpServer web;

    WatchCommandTest() throws Exception {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    }

    @BeforeEach
    void start() throws Exception {
        relay.start();
        web.createContext(
                "/hook",
                call -> {
                    byte[] body = call.getRequestBody().readAllBytes();
                    bodies.add(new String(body, StandardCharsets.UTF_8));
                    call.sendResponseHeaders(204, -1);
                    call.close();
                });
        web.start();
        Files.writeString(
                config(),
                "mail: { domain: example.jp, relays: [ { url: \"smtp://127.0.0.1:%d\" } ] }\n"
                        .formatted(relay.port()));
    }

    @AfterEach
    void stop() {
        web.stop(0);
        relay.stop();
    }

    @Test
    void eachKindOfTroubleIsToldByMailAndByWebhook() throws Exception {
        Map<String, OutsideState> troubles = new LinkedHashMap<>();
        troubles.put("silent", state(now.minus(Duration.ofHours(1)), good));
        troubles.put("base", state(now, copy(Duration.ZERO, days(2), Duration.ZERO, true)));
        troubles.put("drill", state(now, copy(Duration.ZERO, Duration.ZERO, days(8), true)));
        troubles.put(
                "drill failed", state(now, copy(Duration.ZERO, Duration.ZERO, days(1), false)));
        troubles.put(
                "lag", state(now, copy(Duration.ofMinutes(5), Duration.ZERO, Duration.ZERO, true)));
        for (Map.Entry<String, OutsideState> trouble : troubles.entrySet()) {
            String alarm = trouble.getKey().split(" ", 2)[0];
            Command watch = watch(trouble.getKey(), trouble.getValue());
            assertThat(watch.status()).as(watch.toString()).isEqualTo(1);
            assertThat(wrong(last(watch).path("result"))).isEqualTo("[\"" + alarm + "\"]");
            String body = bodies.poll(10, TimeUnit.SECONDS);
            assertThat(wrong(JSON.readTree(body))).isEqualTo("[\"" + alarm + "\"]");
            var mail = relay.newest(10);
            assertThat(mail).as(trouble.getKey()).isNotEmpty();
            assertThat(mail.getFirst().to()).isEqualTo("boss@example.com");
            String words = JSON.readTree(body).path("text").asText().strip();
            assertThat(mail.getFirst().text().replace("\r\n", "\n")).contains(words);
        }
        assertThat(relay.newest(10)).hasSize(troubles.size());
        assertThat(bodies).isEmpty();
    }

    @Test
    void saysNothingWhileAllIsWell() throws Exception {
        Command watch = watch("well", state(now, good));
        assertThat(watch.status()).as(watch.toString()).isZero();
        assertThat(wrong(last(watch).path("result"))).isEqualTo("[]");
        assertThat(relay.newest(10)).isEmpty();
        assertThat(bodies).isEmpty();
    }

    private Command watch(String name, OutsideState state) throws Exception {
        Path page = Files.createDirectories(folder.resolve(name.replace(' ', '-')));
        Files.write(page.resolve(OutsideState.FILE), state.json());
        return Command.run(
                "status",
                "--watch",
                "--json",
                "--looks",
                "1",
                "--page",
                page.toUri().toString(),
                "--webhook",
                "http://127.0.0.1:" + web.getAddress().getPort() + "/hook",
                "--mail-to",
                "boss@example.com",
                "--config",
                config().toString());
    }

    private Path config() {
        return folder.resolve("todoku.yaml");
    }

    private static OutsideState state(Instant at, Copy copy) {
        URI service = URI.create("https://renraku.example.jp");
        return new OutsideState(at, "normal", service, 2, Optional.of(copy));
    }

    private Copy copy(Duration lag, Duration baseAge, Duration drillAge, boolean passed) {
        return new Copy(
                lag,
                false,
                0,
                Optional.of(now.minus(baseAge)),
                Optional.of(new Drill(now.minus(drillAge), passed)),
                Optional.empty());
    }

    private static Duration days(int days) {
        return Duration.ofDays(days);
    }

    private static String wrong(JsonNode told) {
        return told.path("wrong").toString();
    }

    private static JsonNode last(Command command) throws Exception {
        return JSON.readTree(command.out().lines().reduce((a, b) -> b).orElseThrow());
    }
}
