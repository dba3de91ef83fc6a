package org.todoku.appliance.inbound;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.subethamail.smtp.MessageContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.server.SMTPServer;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * Takes mail for SLUG@domain and SLUG+anything@domain over SMTP.
 *
 * <p>A mail is committed before its 250. Limits: 10 MB a mail (552), 50 connections, 20 recipients,
 * 60 s of silence. Unknown recipients are refused at RCPT with 550, so that no bounce has to be
 * written. While storage refuses writes the answer is 451 and the sender keeps the mail.
 */
public final class SmtpListener {
    private static final int MAX_CONNECTIONS = 50;
    private static final int MAX_RECIPIENTS = 20;
    private static final Duration SILENCE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(SmtpListener.class);

    private final Intake intake;
    private final Place place;
    private final SMTPServer server;
    private final Runnable onMail;

    /** Where to listen: the address to bind, and the port. */
    public record Place(String host, int port) {}

    /** {@code onMail} is called after each mail that was stored; it must return at once. */
    public SmtpListener(Intake intake, Place place, Runnable onMail) {
        this.intake = intake;
        this.place = place;
        this.onMail = onMail;
        this.server =
                new SMTPServer.Builder()
                        .bindAddress(address(place.host))
                        .port(place.port)
                        .hostName(intake.domain())
                        .softwareName("Todoku")
                        .hideTLS()
                        .insertReceivedHeaders(false)
                        .maxConnections(MAX_CONNECTIONS)
                        .maxRecipients(MAX_RECIPIENTS)
                        .maxMessageSize(Intake.MAX_BYTES)
                        .connectionTimeoutMs((int) SILENCE.toMillis())
                        .executorService(Executors.newVirtualThreadPerTaskExecutor())
                        .messageHandlerFactory(Incoming::new)
                        .build();
    }

    /** Begins to listen; fails with port-in-use when it cannot. */
    public void start() {
        try {
            server.start();
        } catch (RuntimeException e) {
            throw new FaultException(
                    Fault.PORT_IN_USE,
                    "listen for mail on " + place.host + ":" + place.port,
                    String.valueOf(e.getMessage()),
                    "does another mail server use the port? choose another in mail.listen",
                    e);
        }
    }

    /** The port in use; interesting when 0 was asked for. */
    public int port() {
        return server.getPortAllocated();
    }

    public void stop() {
        server.stop();
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "listen for mail",
                    "there is no host " + host,
                    "correct mail.listen",
                    e);
        }
    }

    /** One mail transaction. */
    private final class Incoming implements MessageHandler {
        private final Map<String, OrganisationId> recipients = new LinkedHashMap<>();
        private final Intake.Client client;
        private String sender = "";

        Incoming(MessageContext context) {
            String address =
                    context.getRemoteAddress() instanceof InetSocketAddress at
                                    && at.getAddress() != null
                            ? at.getAddress().getHostAddress()
                            : "";
            this.client = new Intake.Client(address, context.getHelo().orElse(""));
        }

        @Override
        public void from(String from) throws RejectException {
            if (from.length() > 320 || from.chars().anyMatch(c -> c < 0x20)) {
                throw new RejectException(553, "5.1.7 sender address not understood");
            }
            sender = from;
        }

        @Override
        public void recipient(String recipient) throws RejectException {
            Optional<EmailAddress> address = EmailAddress.parse(recipient);
            Optional<Organisation> organisation;
            try {
                organisation = address.flatMap(intake::recipient);
            } catch (FaultException e) {
                throw new RejectException(
                        451, "4.3.0 cannot look up the recipient now, try again later");
            }
            if (organisation.isEmpty()) {
                throw new RejectException(550, "5.1.1 no such address here");
            }
            recipients.put(address.map(EmailAddress::key).orElse(""), organisation.get().id());
        }

        @Override
        public String data(InputStream data) throws RejectException, IOException {
            byte[] raw = data.readNBytes(Intake.MAX_BYTES + 1);
            if (raw.length > Intake.MAX_BYTES) {
                // The sender hears the answer only when all it sends has been read.
                data.transferTo(java.io.OutputStream.nullOutputStream());
                throw new RejectException(552, "5.3.4 mail larger than 10 MB");
            }
            try {
                int fresh = intake.take(sender, client, recipients, raw);
                LOG.debug("a mail for {} recipients, new for {}", recipients.size(), fresh);
            } catch (FaultException e) {
                throw new RejectException(451, "4.3.0 cannot store the mail now, try again later");
            }
            onMail.run();
            return "2.0.0 stored";
        }

        @Override
        public void done() {}
    }
}
