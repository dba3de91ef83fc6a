package org.todoku.appliance.delivery;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * In which form each address that breaks the rules is taken: quoted, as RFC 5321 wants it, or raw,
 * as the phones themselves wrote it. Quoted until a receiver showed otherwise; kept in the database
 * as a hash of the address. Thread-safe; never waits for a write.
 */
final class AddressForms {
    private final Set<String> raw = ConcurrentHashMap.newKeySet();
    private final Map<String, Boolean> unsaved = new ConcurrentHashMap<>();

    /** Remembers only as long as it lives. */
    static AddressForms unkept() {
        return new AddressForms();
    }

    /** Reads what earlier processes learnt. */
    void load(Database database) {
        raw.addAll(
                database.read(
                        tx ->
                                tx.query(
                                        "SELECT address_hash FROM raw_address"
                                                + tx.dialect().stale(),
                                        row -> row.text("address_hash"))));
    }

    /** The address as it stands between the angle brackets of RCPT TO, in the form to try first. */
    String first(EmailAddress address) {
        return isRaw(address) ? address.raw() : address.smtp();
    }

    /** The other form; the same where there is but one. */
    String other(EmailAddress address) {
        return isRaw(address) ? address.smtp() : address.raw();
    }

    private boolean isRaw(EmailAddress address) {
        return !address.isRegular() && raw.contains(hash(address));
    }

    /** A receiver took the other form and not the first. */
    void learnOther(EmailAddress address) {
        String hash = hash(address);
        boolean isRaw = raw.add(hash) || !raw.remove(hash);
        unsaved.put(hash, isRaw);
    }

    /** What is to be written. */
    Map<String, Boolean> unsaved() {
        return Map.copyOf(unsaved);
    }

    static void write(Tx tx, Map<String, Boolean> learnt) {
        learnt.forEach(
                (hash, isRaw) -> {
                    tx.update("DELETE FROM raw_address WHERE address_hash = ?", hash);
                    if (isRaw) {
                        tx.update("INSERT INTO raw_address(address_hash) VALUES (?)", hash);
                    }
                });
    }

    /** That is in the database now. */
    void saved(Map<String, Boolean> learnt) {
        learnt.forEach(unsaved::remove);
    }

    private static String hash(EmailAddress address) {
        try {
            byte[] key = address.key().getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every Java", e);
        }
    }
}
