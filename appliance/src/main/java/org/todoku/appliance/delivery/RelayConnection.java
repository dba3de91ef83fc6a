package org.todoku.appliance.delivery;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import java.io.IOException;
import java.io.OutputStream;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.EmailAddress;

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
    private final Duration answer;
    private final AddressForms forms;
    private @Nullable Dialogue transport;

    RelayConnection(Relay relay, String helo) {
        this(relay, helo, ANSWER, AddressForms.unkept());
    }

    /** One that keeps what it learns about addresses. */
    static RelayConnection remembering(Relay relay, String helo, AddressForms forms) {
        return new RelayConnection(relay, helo, ANSWER, forms);
    }

    /**
     * @param answer how long an answer may keep silent
     */
    RelayConnection(Relay relay, String helo, Duration answer, AddressForms forms) {
        this.relay = relay;
        this.helo = helo;
        this.answer = answer;
        this.forms = forms;
    }

    Relay relay() {
        return relay;
    }

    /** One mail to one recipient. Never throws for anything the relay does. */
    SendResult send(Parcel parcel) {
        return send(parcel.envelopeFrom(), parcel.to(), parcel.content().get());
    }

    /** The same of its parts. */
    SendResult send(String envelopeFrom, EmailAddress to, byte[] content) {
        boolean reused = transport != null;
        SendResult result = trySend(envelopeFrom, to, content);
        if (reused && result instanceof SendResult.Unsent) {
            // Relays close idle connections; one fresh try before this counts against the relay.
            result = trySend(envelopeFrom, to, content);
        }
        return result;
    }

    /** Connects and signs in as for a mail, and asks whether it is there; why not, if not. */
    Optional<String> check() {
        try {
            Dialogue open = connected();
            if (open.say("NOOP") == 250) {
                return Optional.empty();
            }
            return Optional.of("it answers NOOP with " + open.getLastServerResponse());
        } catch (MessagingException | IllegalStateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            close();
        }
    }

    void close() {
        Dialogue open = transport;
        transport = null;
        if (open != null) {
            try {
                open.close();
            } catch (MessagingException e) {
                // The connection is gone, which is what was wanted.
            }
        }
    }

    private SendResult trySend(String envelopeFrom, EmailAddress to, byte[] content) {
        Dialogue open;
        try {
            open = connected();
        } catch (MessagingException | IllegalStateException e) {
            close();
            return new SendResult.Unsent("connect", relay.name() + ": " + e.getMessage());
        }
        int mail = open.say("MAIL FROM:<" + envelopeFrom + ">");
        if (mail < 200 || mail >= 400) {
            return refusedBeforeContent(open, "mail", mail);
        }
        int rcpt = recipient(open, to);
        if (rcpt < 200 || rcpt >= 400) {
            return refusedBeforeContent(open, "rcpt", rcpt);
        }
        int begun = open.begin();
        if (begun != 354) {
            return refusedBeforeContent(open, "data", begun);
        }
        return sendContent(open, content);
    }

    /** An address that breaks the rules is named in its other form where one is not understood. */
    private int recipient(Dialogue open, EmailAddress to) {
        int code = open.say("RCPT TO:<" + forms.first(to) + ">");
        if (to.isRegular() || !isAboutForm(code, String.valueOf(open.getLastServerResponse()))) {
            return code;
        }
        int second = open.say("RCPT TO:<" + forms.other(to) + ">");
        if (second >= 200 && second < 400) {
            forms.learnOther(to);
        }
        return second;
    }

    /** RFC 5321 4.2.3 (501, 553) and RFC 3463 3.2 (5.1.3). */
    private static boolean isAboutForm(int code, String response) {
        return code == 501 || code == 553 || (code >= 500 && response.contains(" 5.1.3 "));
    }

    private SendResult sendContent(Dialogue open, byte[] content) {
        int code = open.end(content);
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

    private SendResult refusedBeforeContent(Dialogue open, String stage, int code) {
        String response =
                code == BROKEN
                        ? "the connection broke"
                        : String.valueOf(open.getLastServerResponse());
        if (code == BROKEN || code < 200 || code == 421) {
            close();
            return new SendResult.Unsent(stage, response);
        }
        if (open.say("RSET") != 250) {
            close();
        }
        // A 5xx to MAIL FROM, or one about syntax or order (RFC 5321 4.2.2: 500 to 504), is about
        // us and not about
        // the recipient: wait for the operator, refuse nobody.
        boolean permanent = code > 504 && !stage.equals("mail");
        return permanent
                ? new SendResult.Permanent(stage, response)
                : new SendResult.Temporary(stage, response);
    }

    private Dialogue connected() throws MessagingException {
        Dialogue open = transport;
        if (open == null) {
            try {
                open = connect(relay.tls() != Relay.Tls.NONE);
            } catch (MessagingException e) {
                if (relay.tls() != Relay.Tls.OPPORTUNISTIC || !(e instanceof TlsFailedException)) {
                    throw e;
                }
                // RFC 7435: unprotected is more than not at all, and the other side allowed it.
                open = connect(false);
            }
            transport = open;
        }
        return open;
    }

    private Dialogue connect(boolean tls) throws MessagingException {
        Dialogue open = new Dialogue(Session.getInstance(properties(tls)), relay);
        String user = relay.login().map(Relay.Login::user).orElse(null);
        String password = relay.login().map(login -> login.password().value()).orElse(null);
        open.connect(relay.host(), relay.port(), user, password);
        return open;
    }

    private Properties properties(boolean tls) {
        Properties properties = new Properties();
        for (String prefix : new String[] {"mail.smtp.", "mail.smtps."}) {
            properties.setProperty(prefix + "connectiontimeout", Long.toString(CONNECT.toMillis()));
            properties.setProperty(prefix + "timeout", Long.toString(answer.toMillis()));
            properties.setProperty(prefix + "localhost", helo);
            properties.setProperty(prefix + "auth", Boolean.toString(relay.login().isPresent()));
            boolean startTls = tls && relay.tls() != Relay.Tls.IMPLICIT;
            properties.setProperty(prefix + "starttls.enable", Boolean.toString(startTls));
            boolean anybody = relay.tls() == Relay.Tls.OPPORTUNISTIC;
            properties.setProperty(prefix + "ssl.checkserveridentity", Boolean.toString(!anybody));
            if (anybody) {
                properties.setProperty(prefix + "ssl.trust", "*");
            } else {
                properties.put(prefix + "ssl.socketFactory", trusting());
            }
            properties.setProperty(
                    prefix + "starttls.required",
                    Boolean.toString(relay.tls() == Relay.Tls.REQUIRED));
            properties.setProperty(prefix + "quitwait", "false");
        }
        return properties;
    }

    /** What this machine trusts. */
    private static SSLSocketFactory trusting() {
        try {
            return SSLContext.getDefault().getSocketFactory();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("TLS belongs to every Java", e);
        }
    }

    /** STARTTLS was offered, and nothing came of it. */
    private static final class TlsFailedException extends MessagingException {
        private static final long serialVersionUID = 1L;

        TlsFailedException(MessagingException cause) {
            super("no TLS: " + innermost(cause), cause);
        }

        private static String innermost(MessagingException e) {
            Throwable inner = e;
            while (inner.getCause() != null) {
                inner = inner.getCause();
            }
            return String.valueOf(inner.getMessage());
        }
    }

    /**
     * The library's connection with its single commands opened up. It is extended because its
     * methods for one command and for raw bytes are protected; only what tells a failed STARTTLS
     * apart is overridden.
     */
    private static final class Dialogue extends SMTPTransport {
        private OutputStream stream = OutputStream.nullOutputStream();

        Dialogue(Session session, Relay relay) {
            super(
                    session,
                    new URLName(protocol(relay), relay.host(), relay.port(), null, null, null),
                    protocol(relay),
                    relay.tls() == Relay.Tls.IMPLICIT);
        }

        @Override
        protected void startTLS() throws MessagingException {
            try {
                super.startTLS();
            } catch (MessagingException e) {
                throw new TlsFailedException(e);
            }
        }

        /** Answers the code, or {@link #BROKEN}. */
        synchronized int say(String command) {
            try {
                return simpleCommand(command);
            } catch (MessagingException | IllegalStateException e) {
                return BROKEN;
            }
        }

        /** DATA; from its 354 on {@link #end} must follow. */
        synchronized int begin() {
            try {
                stream = data();
                return 354;
            } catch (MessagingException | IllegalStateException e) {
                return code(e);
            }
        }

        /** Sends the mail itself and its end. */
        synchronized int end(byte[] content) {
            try {
                stream.write(content);
                finishData();
                return getLastReturnCode();
            } catch (IOException e) {
                return BROKEN;
            } catch (MessagingException | IllegalStateException e) {
                return code(e);
            }
        }

        /** The code of an answer that was not the hoped-for one; without an answer, broken. */
        private static int code(Exception e) {
            return e instanceof SMTPSendFailedException answered
                    ? answered.getReturnCode()
                    : BROKEN;
        }

        private static String protocol(Relay relay) {
            return relay.tls() == Relay.Tls.IMPLICIT ? "smtps" : "smtp";
        }
    }
}
