package org.todoku.appliance.bench;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Mails a second: this product with a signature on each mail and a durable ledger; Postfix's
 * smtp-source, which builds no mail and keeps no books; and a plain loop over a mail library, which
 * keeps no books either and does not sign.
 */
final class MailSpeed {
    private static final double GOAL = 1000;
    private static final int BYTES = 2500;
    private static final int NAIVE = 2000;

    private final Path scratch;
    private final BenchedService service;

    MailSpeed(Path scratch, BenchedService service) {
        this.scratch = scratch;
        this.service = service;
    }

    List<Figure> run(int mails, int connections) throws Exception {
        List<Figure> figures = new ArrayList<>();
        try (MailPeer peer = MailPeer.start()) {
            var place =
                    new BenchedService.Place(
                            scratch.resolve("data"),
                            scratch.resolve("archive"),
                            scratch.resolve("archive.key"));
            var sent =
                    service.sendToAll(
                            place, new BenchedService.Mails(mails, peer.port(), connections));
            double ceiling = peer.ceiling(mails, connections, BYTES);
            double naive = naive(peer.port(), Math.min(mails, NAIVE));
            figures.add(Figure.of("mail.recipients", mails, "mails"));
            figures.add(Figure.atLeast("mail.signed", sent.perSecond(), "mails/s", GOAL));
            figures.add(Figure.of("mail.signed.cold", sent.coldPerSecond(), "mails/s"));
            figures.add(Figure.of("mail.stored", sent.storedSeconds(), "s"));
            figures.add(Figure.of("mail.first", sent.firstSeconds(), "s"));
            figures.add(Figure.of("mail.heap", sent.heapMib(), "MiB"));
            figures.add(Figure.of("mail.heap.allowed", allowed(), "MiB"));
            figures.add(Figure.atMost("mail.estimate.off", sent.estimateOff(), "of the time", 0.2));
            figures.add(Figure.of("mail.smtp-source", ceiling, "mails/s"));
            figures.add(Figure.of("mail.plain-loop", naive, "mails/s"));
            figures.add(Figure.of("mail.ratio", sent.perSecond() / naive, "x loop"));
        }
        return figures;
    }

    /** Of a larger heap the database takes more for its cache: compare with a small one. */
    private static double allowed() {
        return Runtime.getRuntime().maxMemory() / 1048576.0;
    }

    /** What a program does that has a list and a mail library. */
    private static double naive(int port, int mails) throws MessagingException {
        Properties properties = new Properties();
        properties.setProperty("mail.smtp.host", "127.0.0.1");
        properties.setProperty("mail.smtp.port", Integer.toString(port));
        properties.setProperty("mail.smtp.localhost", "bench.example.jp");
        Session session = Session.getInstance(properties);
        long begun = System.nanoTime();
        try (Transport transport = session.getTransport("smtp")) {
            transport.connect();
            for (int i = 0; i < mails; i++) {
                MimeMessage mail = new MimeMessage(session);
                mail.setFrom(new InternetAddress("bench@example.jp"));
                mail.setRecipient(
                        MimeMessage.RecipientType.TO,
                        new InternetAddress("family" + i + "@example.jp"));
                mail.setSubject("運動会は延期します", "UTF-8");
                mail.setText("明日の運動会は雨のため延期です。".repeat(20), "UTF-8");
                mail.saveChanges();
                transport.sendMessage(mail, mail.getAllRecipients());
            }
        }
        return mails / ((System.nanoTime() - begun) / 1e9);
    }
}
