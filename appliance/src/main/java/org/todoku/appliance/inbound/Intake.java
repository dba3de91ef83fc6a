package org.todoku.appliance.inbound;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.store.Database;

/**
 * Where every mail comes in, from whatever source: to whom it is, and into the database. A mail is
 * committed when {@link #take} returns, and the same mail for the same address is kept once.
 * Thread-safe.
 */
public final class Intake {
    /** A larger mail is not taken. */
    public static final int MAX_BYTES = 10 * 1024 * 1024;

    private static final int MAX_MAIL_ID = 400;

    private final Database database;
    private final Ids ids;
    private final InstantSource clock;
    private final Organisations organisations;
    private final String domain;

    /**
     * @param domain of our addresses
     */
    public Intake(
            Database database,
            Ids ids,
            InstantSource clock,
            Organisations organisations,
            String domain) {
        this.database = database;
        this.ids = ids;
        this.clock = clock;
        this.organisations = organisations;
        this.domain = domain;
    }

    /**
     * The host that gave us a mail.
     *
     * @param ip empty when nobody knows, as with a mailbox
     * @param helo what it called itself
     */
    public record Client(String ip, String helo) {
        /** Nobody knows. */
        public static final Client UNKNOWN = new Client("", "");

        private static final int MAX_HELO = 255;

        public Client {
            helo = helo.length() <= MAX_HELO ? helo : helo.substring(0, MAX_HELO);
        }
    }

    /** Whether another host has taken over: then what comes in is for that one. */
    public boolean isFenced() {
        return database.gate().isFenced();
    }

    /** The domain of our addresses. */
    public String domain() {
        return domain;
    }

    /** The organisation that an address of ours belongs to. */
    public Optional<Organisation> recipient(EmailAddress address) {
        if (!address.domain().equalsIgnoreCase(domain)) {
            return Optional.empty();
        }
        String local = address.local().toLowerCase(Locale.ROOT);
        int plus = local.indexOf('+');
        return organisations.bySlug(plus < 0 ? local : local.substring(0, plus));
    }

    /** The address of the only organisation here; empty when there are several, or none. */
    public Optional<EmailAddress> only() {
        var all = organisations.all();
        return all.size() == 1
                ? EmailAddress.parse(all.getFirst().slug() + "@" + domain)
                : Optional.empty();
    }

    /**
     * Stores it for each of its recipients.
     *
     * @param sender the envelope's; empty for the null return path
     * @param recipients addresses of ours, as keys, with their organisations
     * @return for how many of them it is new
     */
    public int take(
            String sender, Client client, Map<String, OrganisationId> recipients, byte[] raw) {
        String mailId =
                ReceivedMail.read(raw)
                        .mailId()
                        .filter(id -> id.length() <= MAX_MAIL_ID)
                        .orElseGet(() -> digest(raw));
        return database.write(
                tx -> {
                    int fresh = 0;
                    for (var recipient : recipients.entrySet()) {
                        var arrived =
                                new InboundStore.Arrived(
                                        ids.next(),
                                        clock.instant(),
                                        sender,
                                        recipient.getKey(),
                                        mailId,
                                        raw,
                                        client);
                        fresh += InboundStore.insert(tx, arrived, recipient.getValue()) ? 1 : 0;
                    }
                    return fresh;
                });
    }

    /** Stands in for a missing Message-ID; the same mail sent again has the same. */
    private static String digest(byte[] raw) {
        try {
            return "sha256:"
                    + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(raw));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every Java", e);
        }
    }
}
