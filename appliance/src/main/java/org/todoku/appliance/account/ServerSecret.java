package org.todoku.appliance.account;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.DuplicateKeyException;

/**
 * The key that signs cookies and links. It is made once and lives in the database, so that after a
 * takeover the same cookies and the links in mails sent long ago still open.
 */
public final class ServerSecret {
    private static final String NAME = "server-secret";
    private static final int BYTES = 32;

    private final SecretKeySpec key;

    private ServerSecret(byte[] secret) {
        this.key = new SecretKeySpec(secret, "HmacSHA256");
    }

    /** The secret of this database, made now if it has none. */
    public static ServerSecret of(Database database, SecureRandom random) {
        Optional<String> stored = read(database);
        if (stored.isEmpty()) {
            byte[] fresh = new byte[BYTES];
            random.nextBytes(fresh);
            try {
                database.change(
                        tx ->
                                tx.update(
                                        "INSERT INTO setting(name, content) VALUES (?, ?)",
                                        NAME,
                                        HexFormat.of().formatHex(fresh)));
            } catch (DuplicateKeyException madeMeanwhile) {
                // Another start of ours was faster; its secret is the one to use.
            }
            stored = read(database);
        }
        return new ServerSecret(HexFormat.of().parseHex(stored.orElseThrow()));
    }

    /** HMAC-SHA256 of the text. */
    byte[] mac(byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HmacSHA256 belongs to every Java", e);
        }
    }

    static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Optional<String> read(Database database) {
        return database.read(
                tx ->
                        tx.queryOne(
                                "SELECT content FROM setting WHERE name = ?",
                                row -> row.text("content"),
                                NAME));
    }
}
