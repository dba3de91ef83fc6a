package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.todoku.appliance.delivery.Network.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.todoku.appliance.delivery.direct.Exchanges;
import org.todoku.appliance.delivery.direct.StsPolicies;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.names.Bind;
import org.todoku.appliance.names.Names;
import org.todoku.appliance.names.TestZones;

/**
 * Straight to receivers' own servers, over TLS as they offer it and as their policies demand it:
 * real sockets, certificates by openssl, policies over https, names from BIND.
 */
@SuppressWarnings("NullAway.Init")
class DirectTlsIT {
    /** Of each domain its own place: its mail server and the page with its policy. */
    private static final String PLACE = "127.84.61.";

    /** Whose place is which: Java remembers addresses from test to test. */
    private static final List<String> PLACES =
            List.of(
                    "plain", "good", "self", "wrong", "breaks", "later", "other", "testing", "none",
                    "away", "gone", "moved", "forged");

    private static final int HTTPS = 443;

    @TempDir Path dir;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<String, String> zones = new LinkedHashMap<>();
    private final Map<String, FakeRelay> servers = new LinkedHashMap<>();
    private Authority authority;
    private SSLContext usual;
    private int smtp;

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Bind.isInstalled() && canListen(), "SKIPPED: needs bind9, and the port 443");
        authority = Authority.in(dir.resolve("ca"));
        usual = SSLContext.getDefault();
        SSLContext.setDefault(authority.trusting());
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(PLACE + 1))) {
            smtp = free.getLocalPort();
        }
    }

    @AfterEach
    void close() throws Exception {
        if (usual != null) {
            SSLContext.setDefault(usual);
        }
        TestZones.ask(Optional.empty());
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    /** RFC 7435: whatever it is, it is more than nothing, and nothing is more than no mail. */
    @Test
    void withoutAPolicyTheMailArrivesAsWellProtectedAsCanBe() throws Exception {
        server("plain", Optional.empty());
        server("good", Optional.of(authority.signed("mx.good.tls.test")));
        server("self", Optional.of(authority.selfSigned("mx.self.tls.test")));
        server("wrong", Optional.of(authority.signed("mx.else.tls.test")));
        server("breaks", Optional.of(authority.signed("mx.breaks.tls.test")), FakeRelay.DROP);
        server("later", Optional.of(authority.signed("mx.later.tls.test")), "454 not now");

        Map<String, DeliveryView> rows = sendToAll();

        assertThat(rows.values())
                .allSatisfy(row -> assertThat(row.outcome()).isEqualTo(Outcome.HANDED_OVER));
        assertThat(secured())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(
                                "plain", false, "good", true, "self", true, "wrong", true, "breaks",
                                false, "later", false));
    }

    /** RFC 8461: a good certificate of a named server, or the mail waits and says why. */
    @Test
    void whatIsEnforcedIsProtectedOrNotSent() throws Exception {
        server("good", Optional.of(authority.signed("mx.good.tls.test")));
        server("self", Optional.of(authority.selfSigned("mx.self.tls.test")));
        server("wrong", Optional.of(authority.signed("mx.else.tls.test")));
        server("breaks", Optional.of(authority.signed("mx.breaks.tls.test")), FakeRelay.DROP);
        server("plain", Optional.empty());
        server("other", Optional.of(authority.signed("mx.other.tls.test")));
        for (String name : List.of("good", "self", "wrong", "breaks", "plain")) {
            policy(name, 200, "enforce", "mx." + name + ".tls.test");
        }
        policy("other", 200, "enforce", "mail.other.tls.test");

        Map<String, DeliveryView> rows = sendToAll();

        assertThat(Objects.requireNonNull(rows.get("good")))
                .satisfies(row -> assertThat(row.outcome()).isEqualTo(Outcome.HANDED_OVER));
        assertThat(secured()).containsExactlyEntriesOf(Map.of("good", true));
        Map<String, String> why =
                Map.of(
                        "self", "no TLS: unable to find valid certification path",
                        "wrong", "mx.wrong.tls.test",
                        "breaks", "no TLS: ",
                        "plain", "STARTTLS is required",
                        "other", "the MTA-STS policy of other.tls.test names none of its servers");
        why.forEach(
                (name, said) -> {
                    assertThat(Objects.requireNonNull(rows.get(name)).outcome())
                            .as(name)
                            .isEqualTo(Outcome.DEFERRED);
                    assertThat(Objects.requireNonNull(rows.get(name)).reason().orElse(""))
                            .as(name)
                            .contains(said);
                });
    }

    /** A policy that is only tried out, given up, or not to be had demands nothing. */
    @Test
    void whatDoesNotCountAsAPolicyKeepsNoMailBack() throws Exception {
        for (String name : List.of("testing", "none", "away", "gone", "moved", "forged")) {
            server(name, Optional.of(authority.selfSigned("mx." + name + ".tls.test")));
        }
        policy("testing", 200, "testing", "mx.testing.tls.test");
        policy("none", 200, "none", "mx.none.tls.test");
        zone("away", "_mta-sts IN TXT \"v=STSv1; id=1\"\nmta-sts IN A " + PLACE + "250\n");
        policy("gone", 404, "enforce", "mx.gone.tls.test");
        // Section 3.3: redirects are not followed, and the certificate has to be good.
        policy("moved", 302, "enforce", "mx.moved.tls.test");
        zone("forged", "_mta-sts IN TXT \"v=STSv1; id=1\"\n");
        page("forged", authority.selfSigned("mta-sts.forged.tls.test"), 200, "enforce", "mx.x");

        Map<String, DeliveryView> rows = sendToAll();

        assertThat(rows).hasSize(6);
        assertThat(rows.values())
                .allSatisfy(row -> assertThat(row.outcome()).isEqualTo(Outcome.HANDED_OVER));
        assertThat(secured().values()).hasSize(6).containsOnly(true);
    }

    private static boolean canListen() {
        try (ServerSocket tried = new ServerSocket(HTTPS, 1, InetAddress.getByName(PLACE + 254))) {
            return tried.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private void server(String name, Optional<SSLContext> tls) throws IOException {
        server(name, tls, "220 go on");
    }

    private void server(String name, Optional<SSLContext> tls, String startTls) throws IOException {
        String place = PLACE + (PLACES.indexOf(name) + 1);
        var relay =
                new FakeRelay(
                        (stage, to) -> stage.equals("starttls") ? startTls : FakeRelay.ok(stage),
                        new InetSocketAddress(place, smtp),
                        tls);
        open.add(relay);
        servers.put(name, relay);
        zone(name, "@ IN MX 10 mx\nmx IN A " + place + "\n");
    }

    private void zone(String name, String more) {
        zones.merge(name + ".tls.test", more, String::concat);
    }

    private void policy(String name, int status, String mode, String host) throws Exception {
        zone(name, "_mta-sts IN TXT \"v=STSv1; id=1\"\n");
        page(name, authority.signed("mta-sts." + name + ".tls.test"), status, mode, host);
    }

    private void page(String name, SSLContext tls, int status, String mode, String host)
            throws IOException {
        String place = PLACE + (PLACES.indexOf(name) + 101);
        zone(name, "mta-sts IN A " + place + "\n");
        byte[] text =
                "version: STSv1\r\nmode: %s\r\nmx: %s\r\nmax_age: 86400\r\n"
                        .formatted(mode, host)
                        .getBytes(StandardCharsets.US_ASCII);
        HttpsServer pages = HttpsServer.create(new InetSocketAddress(place, HTTPS), 10);
        pages.setHttpsConfigurator(new HttpsConfigurator(tls));
        pages.createContext(
                "/",
                exchange -> {
                    boolean asked =
                            exchange.getRequestURI().getPath().equals("/.well-known/mta-sts.txt");
                    exchange.getResponseHeaders().add("Location", "/.well-known/mta-sts.txt?");
                    exchange.sendResponseHeaders(asked ? status : 500, text.length);
                    exchange.getResponseBody().write(text);
                    exchange.close();
                });
        pages.start();
        open.add(() -> pages.stop(0));
    }

    /** One mail to each domain; answers its row once each was tried. */
    private Map<String, DeliveryView> sendToAll() throws Exception {
        Bind bind = Bind.start(dir.resolve("bind"), zones);
        open.add(bind);
        Names names = Names.at(Optional.of(bind.at()));
        TestZones.ask(Optional.of(names));
        Network network = new Network(dir.resolve("todoku"));
        open.add(network);
        servers.keySet().forEach(name -> network.member(name + "@" + name + ".tls.test"));
        MessageId id = network.send(false);
        var exchanges = new Exchanges(names, new StsPolicies(names, network.clock));
        Dispatcher dispatcher =
                new Dispatcher(
                        network.database,
                        network.clock,
                        network.parts(Durability.LOCAL),
                        Duration.ofSeconds(1),
                        new DirectRouting(exchanges, network.clock, smtp));
        dispatcher.start();
        await(
                () -> {
                    Counts counts = network.ledger.counts(id);
                    return counts.queued() + counts.claimed() == 0;
                });
        assertThat(dispatcher.stop(Duration.ofSeconds(20))).isTrue();
        return network.ledger.page(id, Optional.empty(), Optional.empty()).items().stream()
                .collect(
                        Collectors.toMap(
                                row -> row.name().replaceFirst("会員 (\\w+)@.*", "$1"), row -> row));
    }

    /** Whose mail came, and whether over TLS. */
    private Map<String, Boolean> secured() {
        Map<String, Boolean> found = new LinkedHashMap<>();
        servers.forEach(
                (name, server) -> server.taken().forEach(mail -> found.put(name, mail.secured())));
        return found;
    }
}
