package org.todoku.appliance.delivery.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.PublicKeyRecord;
import org.apache.james.jdkim.api.PublicKeyRecordRetriever;
import org.apache.james.jdkim.tagvalue.PublicKeyRecordImpl;

/**
 * jDKIM's verifier, with the keys of RFC 8463 beside RSA. Whether a signature counts, as to what it
 * covers and by whom it is, is for the caller. For one mail; not thread-safe.
 */
public final class DkimChecker extends DKIMVerifier {
    /** Before the 32 bytes of a key of Ed25519 in X.509 (RFC 8410 section 4). */
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final int KEY_BYTES = 32;

    /**
     * @param records where keys are published
     */
    public DkimChecker(PublicKeyRecordRetriever records) {
        super(records);
        MailAlgorithms.install();
    }

    @Override
    protected PublicKeyRecord newPublicKeyRecord(String record) {
        return new KeyRecord(record);
    }

    /** Whether these are the bytes of such a key: no other length is one (RFC 8463 section 4.2). */
    public static boolean isEd25519(byte[] key) {
        return key.length == KEY_BYTES;
    }

    private static final class KeyRecord extends PublicKeyRecordImpl {
        KeyRecord(String text) {
            super(text);
        }

        @Override
        public PublicKey getPublicKey() {
            if (!isKeyTypeSupported("ed25519")) {
                return super.getPublicKey();
            }
            try {
                byte[] key = Base64.getMimeDecoder().decode(getValue("p").toString());
                byte[] whole = new byte[X509.length + key.length];
                System.arraycopy(X509, 0, whole, 0, X509.length);
                System.arraycopy(key, 0, whole, X509.length, key.length);
                return KeyFactory.getInstance("Ed25519")
                        .generatePublic(new X509EncodedKeySpec(whole));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new IllegalStateException("not a key of Ed25519: " + e.getMessage(), e);
            }
        }
    }
}
