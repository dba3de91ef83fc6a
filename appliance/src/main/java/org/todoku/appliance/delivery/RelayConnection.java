package org.todoku.appliance.delivery;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;

/**
 * One SMTP connection to one relay, kept open between mails. Not thread-safe.
 *
 * <p>Angus Mail does the connecting, TLS and signing in; the mail transaction is spoken here,
 * command by command, because its own send method does not tell at which stage a connection broke,
 * and the difference between "certainly not sent" and "in doubt" is just that.
 */
final class RelayConnection {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /**
     * RFC 5321 4.5.3.2 asks for 5 to 10 minutes; a relay that needs over one is as good as down.
     */
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private static final int BROKEN = -1;

    private final Relay relay;
    private final String helo;
    private @Nullable SMTPTransport transport;

    RelayConnection(Relay relay, String helo) {
        this.relay = relay;
        this.helo = helo;
    }

    Relay relay() {
        return relay;
    }

    /** One mail to one recipient. Never throws for anything the relay does. */
    SendResult send(Parcel parcel) {
        byte[] content = parcel.content().get();
        boolean reused = transport != null;
        SendResult result = trySend(parcel, content);
        if (reused && result instanceof SendResult.Unsent) {
            // Relays close idle connections; one fresh try before this counts against the relay.
            result = trySend(parcel, content);
        }
        return result;
    }

    void close() {
        SMTPTransport open = transport;
        transport = null;
        if (open != null) {
            try {
                open.close();
            } catch (MessagingException e) {
                // The connection is gone, which is what was wanted.
            }
        }
    }

    private SendResult trySend(Parcel parcel, byte[] content) {
        SMTPTransport open;
        try {
            open = connected();
        } catch (MessagingException | IllegalStateException e) {
            close();
            return new SendResult.Unsent("connect", relay.name() + ": " + e.getMessage());
        }
        String[][] dialogue = {
            {"mail", "MAIL FROM:<" + parcel.envelopeFrom() + ">"},
            {"rcpt", "RCPT TO:<" + parcel.to().smtp() + ">"},
            {"data", "DATA"}
        };
        for (String[] turn : dialogue) {
            int code = say(open, turn[1]);
            if (code < 200 || code >= 400) {
                return refusedBeforeContent(open, turn[0], code);
            }
        }
        return sendContent(open, content);
    }

    private SendResult sendContent(SMTPTransport open, byte[] content) {
        int code = say(open, stuffed(content) + ".");
        String response = String.valueOf(open.getLastServerResponse());
        if (code == BROKEN || code < 200 || code >= 600) {
            close();
            return new SendResult.Unknown("data", "the connection broke before the answer");
        }
        if (code == 421) {
            close();
        }
        if (code < 400) {
            return new SendResult.Accepted(response);
        }
        return code < 500
                ? new SendResult.Temporary("data", response)
                : new SendResult.Permanent("data", response);
    }

    private SendResult refusedBeforeContent(SMTPTransport open, String stage, int code) {
        String response =
                code == BROKEN
                        ? "the connection broke"
                        : String.valueOf(open.getLastServerResponse());
        if (code == BROKEN || code < 200 || code == 421) {
            close();
            return new SendResult.Unsent(stage, response);
        }
        if (say(open, "RSET") != 250) {
            close();
        }
        // A 5xx to MAIL FROM is about us, not about the recipient: wait for the operator, refuse
        // nobody.
        boolean permanent = code >= 500 && !stage.equals("mail");
        return permanent
                ? new SendResult.Permanent(stage, response)
                : new SendResult.Temporary(stage, response);
    }

    private static int say(SMTPTransport open, String command) {
        try {
            return open.simpleCommand(command);
        } catch (MessagingException | IllegalStateException e) {
            return BROKEN;
        }
    }

    private SMTPTransport connected() throws MessagingException {
        SMTPTransport open = transport;
        if (open == null) {
            Session session = Session.getInstance(properties());
            String protocol = relay.tls() == Relay.Tls.IMPLICIT ? "smtps" : "smtp";
            open = (SMTPTransport) session.getTransport(protocol);
            String user = relay.login().map(Relay.Login::user).orElse(null);
            String password = relay.login().map(login -> login.password().value()).orElse(null);
            open.connect(relay.host(), relay.port(), user, password);
            transport = open;
        }
        return open;
    }

    private Properties properties() {
        Properties properties = new Properties();
        for (String prefix : new String[] {"mail.smtp.", "mail.smtps."}) {
            properties.setProperty(prefix + "connectiontimeout", Long.toString(CONNECT.toMillis()));
            properties.setProperty(prefix + "timeout", Long.toString(ANSWER.toMillis()));
            properties.setProperty(prefix + "localhost", helo);
            properties.setProperty(prefix + "auth", Boolean.toString(relay.login().isPresent()));
            boolean startTls =
                    relay.tls() == Relay.Tls.WHEN_OFFERED || relay.tls() == Relay.Tls.REQUIRED;
            properties.setProperty(prefix + "starttls.enable", Boolean.toString(startTls));
            properties.setProperty(
                    prefix + "starttls.required",
                    Boolean.toString(relay.tls() == Relay.Tls.REQUIRED));
            properties.setProperty(prefix + "quitwait", "false");
        }
        return properties;
    }

    /** RFC 5321 4.5.2: a line that begins with a dot gets a second one. Ends with CRLF. */
    private static String stuffed(byte[] content) {
        String text = new String(content, StandardCharsets.US_ASCII).replace("\r\n.", "\r\n..");
        String dotted = text.startsWith(".") ? "." + text : text;
        return dotted.endsWith("\r\n") ? dotted : dotted + "\r\n";
    }
}
