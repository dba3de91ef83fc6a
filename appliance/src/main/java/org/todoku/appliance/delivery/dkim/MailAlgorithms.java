package org.todoku.appliance.delivery.dkim;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two signatures of DKIM by the names under which jDKIM asks for them: RSA in native code where
 * there is some for this machine (the JDK's own takes three times as long, and is what limits how
 * many mails a second leave), and {@code ed25519-sha256}, which the JDK does not have.
 *
 * <p>Offers nothing else: TLS and all other cryptography stay with the JDK.
 */
final class MailAlgorithms extends Provider {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(MailAlgorithms.class);
    private static final String RSA = "SHA256withRSA";
    private static final String ED25519 = "SHA256withED25519";

    private MailAlgorithms() {
        super("TodokuMail", "1", "signatures of mails");
        fastRsa().ifPresent(rsa -> putService(new Fast(this, rsa)));
        putService(new Hashed(this));
    }

    /** Once for the process; again does nothing. */
    static synchronized void install() {
        if (Security.getProvider("TodokuMail") == null) {
            Security.insertProviderAt(new MailAlgorithms(), 1);
        }
    }

    private static Optional<Provider> fastRsa() {
        try {
            if (Conscrypt.isAvailable()) {
                Provider conscrypt = Conscrypt.newProviderBuilder().build();
                Signature tried = Signature.getInstance(RSA, conscrypt);
                LOG.debug("mails are signed by {}", tried.getProvider());
                return Optional.of(conscrypt);
            }
        } catch (GeneralSecurityException | LinkageError e) {
            LOG.info("no native code to sign mails here, so Java does it: {}", e.toString());
        }
        return Optional.empty();
    }

    private static final class Fast extends Service {
        private final Provider conscrypt;

        Fast(Provider owner, Provider conscrypt) {
            super(owner, "Signature", RSA, Signature.class.getName(), List.of(), Map.of());
            this.conscrypt = conscrypt;
        }

        @Override
        public Object newInstance(@Nullable Object none) throws NoSuchAlgorithmException {
            return Signature.getInstance(RSA, conscrypt);
        }
    }

    private static final class Hashed extends Service {
        Hashed(Provider owner) {
            super(owner, "Signature", ED25519, HashedEd25519.class.getName(), List.of(), Map.of());
        }

        @Override
        public Object newInstance(@Nullable Object none) throws NoSuchAlgorithmException {
            return new HashedEd25519();
        }
    }
}
