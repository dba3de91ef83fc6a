package org.todoku.migrate.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked of Route 53: a fake that takes the documented calls of one zone and no other. */
class HostedZoneTest {
    private static final String XML = "https://route53.amazonaws.com/doc/2013-04-01/";

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    HostedZoneTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        System.setProperty("aws.accessKeyId", "test");
        System.setProperty("aws.secretAccessKey", "test");
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Test
    void changesAllNamesInOneBatchAndWaitsForIt() throws Exception {
        zone("ZONE1").point(destination());
        assertThat(calls)
                .containsExactly(
                        "GET /2013-04-01/hostedzone/ZONE1/rrset",
                        "GET /2013-04-01/hostedzone/ZONE1/rrset",
                        "POST /2013-04-01/hostedzone/ZONE1/rrset/",
                        "GET /2013-04-01/change/C1");
        String batch = bodies.getFirst();
        assertThat(batch).contains("<Value>192.0.2.7</Value>", "<TTL>60</TTL>");
        assertThat(batch.split("<Action>UPSERT</Action>", -1)).hasSize(3);
        // The old address of the other kind would go on leading people to the old host.
        assertThat(batch.split("<Action>DELETE</Action>", -1)).hasSize(2);
        assertThat(batch).contains("<Value>2001:db8::1</Value>");
    }

    @Test
    void saysWhyItWasNotTaken() {
        assertThatThrownBy(() -> zone("ZONE2").point(destination()))
                .isInstanceOf(NameException.class)
                .hasMessageContaining("NoSuchHostedZone")
                .hasMessageContaining("Hint: ");
    }

    private void answer(HttpExchange call) throws IOException {
        String path = call.getRequestURI().getPath();
        String query = String.valueOf(call.getRequestURI().getQuery());
        String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String signed = call.getRequestHeaders().getFirst("Authorization");
        calls.add(call.getRequestMethod() + " " + path);
        if (signed == null || !signed.startsWith("AWS4-HMAC-SHA256 Credential=test/")) {
            send(
                    call,
                    403,
                    "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
        } else if (path.equals("/2013-04-01/hostedzone/ZONE1/rrset/")
                && call.getRequestMethod().equals("POST")) {
            bodies.add(body);
            send(call, 200, change("ChangeResourceRecordSets", "PENDING"));
        } else if (path.equals("/2013-04-01/hostedzone/ZONE1/rrset")) {
            send(call, 200, sets(query));
        } else if (path.equals("/2013-04-01/change/C1")) {
            send(call, 200, change("GetChange", "INSYNC"));
        } else {
            send(
                    call,
                    404,
                    "<ErrorResponse xmlns=\"%s\"><Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>NoSuchHostedZone</Message></Error><RequestId>r</RequestId></ErrorResponse>"
                            .formatted(XML));
        }
    }

    /** Of the first name there is an IPv6 address, of the second none. */
    private static String sets(String query) {
        String set =
                query.contains("name=renraku")
                        ? "<ResourceRecordSet><Name>renraku.example.jp.</Name><Type>AAAA</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>2001:db8::1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>"
                        : "<ResourceRecordSet><Name>zzz.example.jp.</Name><Type>AAAA</Type><TTL>300</TTL><ResourceRecords><ResourceRecord><Value>2001:db8::9</Value></ResourceRecord></ResourceRecords></ResourceRecordSet>";
        return "<ListResourceRecordSetsResponse xmlns=\"%s\"><ResourceRecordSets>%s</ResourceRecordSets><IsTruncated>false</IsTruncated><MaxItems>1</MaxItems></ListResourceRecordSetsResponse>"
                .formatted(XML, set);
    }

    private static String change(String name, String status) {
        return "<%1$sResponse xmlns=\"%2$s\"><ChangeInfo><Id>/change/C1</Id><Status>%3$s</Status><SubmittedAt>2026-11-26T00:00:00Z</SubmittedAt></ChangeInfo></%1$sResponse>"
                .formatted(name, XML, status);
    }

    private static void send(HttpExchange call, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        call.getResponseHeaders().add("Content-Type", "text/xml");
        call.sendResponseHeaders(status, bytes.length);
        call.getResponseBody().write(bytes);
        call.close();
    }

    private HostedZone zone(String id) {
        URI here = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
        return new HostedZone(id, Optional.of(here));
    }

    private static Destination destination() throws Exception {
        return new Destination(
                List.of("renraku.example.jp", "mail.example.jp"),
                List.of(Lookups.address("192.0.2.7")),
                Duration.ofMinutes(1));
    }
}
