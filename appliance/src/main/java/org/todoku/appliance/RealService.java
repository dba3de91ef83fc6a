package org.todoku.appliance;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.bench.BenchedService;
import org.todoku.appliance.delivery.dkim.DkimKey;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.web.console.FirstSetup;

/** This very service, as the benches use it. */
final class RealService implements BenchedService {
    private static final int BATCH = 1000;
    private static final Duration SHIPPED = Duration.ofMinutes(5);

    /** What an update of a member's row leaves in the log, about. */
    private static final int LOG_BYTES = 330;

    private static final int MEMBERS_AT_ONCE = 20_000;

    private final InstantSource clock = InstantSource.system();

    @Override
    public void prepare(Place place, int members, long logBytes) throws Exception {
        ApplianceConfig config =
                config(
                        place.data(),
                        "archive: { url: \"%s\", key-file: \"%s\" }"
                                .formatted(place.archive().toUri(), place.key()));
        Storage[] opened = new Storage[1];
        try (Appliance appliance =
                Appliance.open(
                        config,
                        place.data(),
                        (c, directory, gate) -> {
                            opened[0] = Storage.open(c, directory, gate);
                            return opened[0];
                        },
                        pages -> java.util.List.of())) {
            appliance
                    .parts()
                    .setup()
                    .run(new FirstSetup.Answers("Bench", "bench", "b@example.jp", password()));
            long school =
                    appliance.parts().organisations().bySlug("bench").orElseThrow().id().value();
            String url = opened[0].jdbcUrl();
            try (Connection connection = DriverManager.getConnection(url)) {
                connection.setAutoCommit(false);
                long[] ids = fill(connection, school, members);
                Map<String, ?> base = opened[0].takesBase().take(false);
                assert !base.isEmpty();
                change(connection, ids, logBytes);
            }
            if (!opened[0].durability().awaitArchived(SHIPPED)) {
                throw new IOException("the log was not in the archive within " + SHIPPED);
            }
        }
    }

    @Override
    public Sent sendToAll(Place place, Mails mails) throws Exception {
        Path key = place.key().resolveSibling("dkim.pem");
        DkimKey made = DkimKey.create("bench", DkimKey.Kind.RSA, key);
        String relay =
                "{ url: \"smtp://127.0.0.1:%d\", rate: 100000/s, connections: %d }"
                        .formatted(mails.relayPort(), mails.connections());
        ApplianceConfig config =
                config(
                        place.data(),
                        "archive: { url: \"%s\", key-file: \"%s\" }"
                                .formatted(place.archive().toUri(), place.key()),
                        "listen: \"\", relays: [ %s ], dkim: [ { selector: %s, key-file: %s } ]"
                                .formatted(relay, made.selector(), key));
        try (HeapPeak heap = new HeapPeak();
                Appliance appliance = Appliance.open(config, place.data())) {
            appliance.start();
            return send(appliance, mails.recipients(), heap);
        }
    }

    private static Sent send(Appliance appliance, int recipients, HeapPeak heap)
            throws InterruptedException {
        Features parts = appliance.parts();
        parts.setup().run(new FirstSetup.Answers("Bench", "bench", "b@example.jp", password()));
        OrganisationId school = parts.organisations().bySlug("bench").orElseThrow().id();
        for (int from = 0; from < recipients; from += MEMBERS_AT_ONCE) {
            StringBuilder list = new StringBuilder("氏名,メール\n");
            for (int i = from; i < Math.min(recipients, from + MEMBERS_AT_ONCE); i++) {
                list.append("保護者 %d,family%d@%s.example.jp\n".formatted(i, i, i % 5));
            }
            byte[] csv = list.toString().getBytes(StandardCharsets.UTF_8);
            parts.roster().importCsv(school, csv, Language.JA);
        }
        Sent cold = sendOnce(parts, school, recipients, heap);
        Sent warm = sendOnce(parts, school, recipients, heap);
        return warm.after(cold.perSecond());
    }

    private static Sent sendOnce(
            Features parts, OrganisationId school, int recipients, HeapPeak heap)
            throws InterruptedException {
        NewMessage message =
                new NewMessage(
                        "運動会は延期します",
                        "明日の運動会は雨のため延期です。".repeat(20),
                        new Audience.Everyone(),
                        false,
                        Optional.empty(),
                        Optional.empty());
        long before = parts.dispatcher().status().handedOver();
        long begun = System.nanoTime();
        MessageId id = parts.sending().send(school, "bench", message, Optional.empty());
        long stored = System.nanoTime();
        parts.dispatcher().wake();
        while (parts.dispatcher().status().handedOver() == before) {
            Thread.sleep(5);
        }
        long first = System.nanoTime();
        Estimates estimates = new Estimates(recipients);
        while (parts.messages().find(id).orElseThrow().state() != MessageState.SENT) {
            Thread.sleep(100);
            if (estimates.due()) {
                estimates.look(parts.progress().of(id));
            }
        }
        double seconds = (System.nanoTime() - stored) / 1e9;
        long handedOver = parts.ledger().counts(id).handedOver();
        if (handedOver != recipients) {
            throw new IllegalStateException("only " + handedOver + " mails were handed over");
        }
        return new Sent(
                recipients / seconds,
                (stored - begun) / 1e9,
                (first - stored) / 1e9,
                heap.mebibytes(),
                estimates.off(stored),
                0);
    }

    private long[] fill(Connection connection, long school, int members) throws SQLException {
        Ids ids = new Ids(clock, new Random(1));
        long now = clock.millis();
        long[] made = new long[members];
        try (PreparedStatement member =
                        connection.prepareStatement(
                                "insert into member(id, organisation_id, name, kana, state, joined)"
                                        + " values (?, ?, ?, ?, 'joined', ?)");
                PreparedStatement contact =
                        connection.prepareStatement(
                                "insert into contact(id, member_id, organisation_id, address,"
                                        + " address_key, state) values (?, ?, ?, ?, ?, 'active')")) {
            for (int i = 1; i <= members; i++) {
                long id = ids.next();
                made[i - 1] = id;
                member.setLong(1, id);
                member.setLong(2, school);
                member.setString(3, "保護者 " + i);
                member.setString(4, "ホゴシャ " + i);
                member.setLong(5, now);
                member.addBatch();
                String address = "parent-" + i + "@school" + i % 97 + ".example.jp";
                contact.setLong(1, ids.next());
                contact.setLong(2, id);
                contact.setLong(3, school);
                contact.setString(4, address);
                contact.setString(5, address);
                contact.addBatch();
                if (i % BATCH == 0 || i == members) {
                    member.executeBatch();
                    contact.executeBatch();
                    connection.commit();
                }
            }
        }
        return made;
    }

    private static void change(Connection connection, long[] ids, long logBytes)
            throws SQLException {
        long left = logBytes / LOG_BYTES;
        try (PreparedStatement one =
                connection.prepareStatement("update member set kana = ? where id = ?")) {
            for (long i = 0; i < left; i++) {
                one.setString(1, "ホゴシャ " + i);
                one.setLong(2, ids[(int) (i * 7919 % ids.length)]);
                one.addBatch();
                if (i % BATCH == 0 || i == left - 1) {
                    one.executeBatch();
                    connection.commit();
                }
            }
        }
    }

    @Override
    public AutoCloseable serve(Path data) throws Exception {
        Appliance appliance = Appliance.open(config(data, ""), data);
        appliance.start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI ready = appliance.address().resolve("/health/ready");
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(ready).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("it answered " + answer.statusCode());
            }
        }
        return appliance;
    }

    private static ApplianceConfig config(Path data, String archive) throws IOException {
        return config(data, archive, "listen: \"\"");
    }

    private static ApplianceConfig config(Path data, String archive, String mail)
            throws IOException {
        Files.createDirectories(data);
        Path file = data.resolveSibling(data.getFileName() + ".yaml");
        try (ServerSocket free = new ServerSocket(0)) {
            Files.writeString(
                    file,
                    """
                    http: { bind: 127.0.0.1, port: %d }
                    mail: { domain: example.jp, %s }
                    %s
                    """
                            .formatted(free.getLocalPort(), mail, archive));
        }
        return ConfigReader.read(Optional.of(file), Map.of());
    }

    private static Secret password() {
        return new Secret("bench " + new Random().nextLong());
    }
}
