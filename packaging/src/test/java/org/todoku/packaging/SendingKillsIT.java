package org.todoku.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sending to 10,000 that is killed at random moments, again and again, and goes on by itself on
 * the same directory: what the ledger says of each address and what the relay really took agree.
 *
 * <p>{@code -Dtodoku.sending.kills=50} for as many as the issue names; a message follows the other
 * until they are done.
 */
class SendingKillsIT {
    private static final int MEMBERS = 10_000;
    private static final int KILLS = Integer.getInteger("todoku.sending.kills", 8);
    private static final long SEED = Long.getLong("todoku.seed", System.nanoTime());
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir Path folder;

    @Test
    void theLedgerAndTheRelayAgreeForEveryAddress() throws Exception {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        Host host = new Host(folder.resolve("host"));
        Path data = folder.resolve("data");
        try (MailServer relay = MailServer.start()) {
            host.configure(Optional.empty(), relay.port(), 1000);
            host.setUp(data);
            List<String> messages = new ArrayList<>();
            Program server = host.serve(data);
            try {
                host.post("/api/v1/members/import", "text/csv", members());
                messages.add(send(host, messages.size()));
                for (int kills = 0; kills < KILLS; kills++) {
                    long before = relay.mails().size();
                    await(() -> relay.mails().size() > before);
                    LockSupport.parkNanos(random.nextInt(1_500) * 1_000_000L);
                    server.kill();
                    server = host.serve(data);
                    if (isSent(host, messages.getLast()) && kills < KILLS - 1) {
                        messages.add(send(host, messages.size()));
                    }
                }
                await(() -> isSent(host, messages.getLast()));
                long doubt = 0;
                for (String message : messages) {
                    doubt += agree(host, relay, message);
                }
                System.out.printf(
                        "figure: %d kills while %d messages to %d were sent: %d mails, nobody twice,"
                                + " %d in doubt, of these the relay had %d%n",
                        KILLS,
                        messages.size(),
                        MEMBERS,
                        relay.mails().size(),
                        doubt,
                        relay.mails().size() - handedOver(host, messages));
            } finally {
                server.close();
            }
        }
    }

    /** How many are in doubt. */
    private static long agree(Host host, MailServer relay, String message) throws Exception {
        Map<String, List<String>> ledger = Deliveries.ledger(host, message);
        Map<String, Integer> received = Deliveries.received(relay, message);
        assertThat(ledger.keySet()).isSubsetOf("handedOver", "inDoubt");
        assertThat(ledger.values().stream().mapToInt(List::size).sum()).isEqualTo(MEMBERS);
        assertThat(received.values()).as("nobody twice").allMatch(mails -> mails == 1);
        assertThat(received.keySet())
                .as("handed over is what the relay took")
                .containsAll(ledger.getOrDefault("handedOver", List.of()));
        List<String> doubt = ledger.getOrDefault("inDoubt", List.of());
        assertThat(received.keySet().stream().filter(id -> !doubt.contains(id)).count())
                .as("what the relay took and nobody doubts")
                .isEqualTo(ledger.getOrDefault("handedOver", List.of()).size());
        return doubt.size();
    }

    private static long handedOver(Host host, List<String> messages) throws Exception {
        long sum = 0;
        for (String message : messages) {
            sum += host.get("/api/v1/messages/" + message).get("counts").get("handedOver").asLong();
        }
        return sum;
    }

    private static String send(Host host, int number) throws Exception {
        String message =
                """
                {"subject":"運動会は延期します","body":"明日の運動会は雨のため延期です。","audience":{"everyone":true}}
                """;
        return host.postOnce("/api/v1/messages", "kills-" + number, message).get("id").asText();
    }

    private static boolean isSent(Host host, String message) {
        try {
            return host.get("/api/v1/messages/" + message).get("state").asText().equals("sent");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] members() {
        StringBuilder csv = new StringBuilder("氏名,メール\n");
        for (int i = 0; i < MEMBERS; i++) {
            csv.append("保護者 %d,family%d@%d.example.jp\n".formatted(i, i, i % 7));
        }
        return csv.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it goes on").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }
}
