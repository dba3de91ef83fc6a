package org.todoku.appliance.delivery.dkim;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * A key that signs mails, under the name by which receivers find its public half in DNS.
 *
 * @param selector the label before {@code ._domainkey.} and the domain
 */
public record DkimKey(String selector, PrivateKey key) {
    /** RFC 8301 section 3.2: signers use at least 2,048 bits. */
    private static final int BITS = 2048;

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /** The last bytes of an Ed25519 public key in its X.509 form are the key itself. */
    private static final int ED25519_BYTES = 32;

    /** What a key is made of. */
    public enum Kind {
        RSA,
        ED25519
    }

    public DkimKey {
        requireSelector(selector);
    }

    /** RFC 6376 section 3.1: a label of DNS; we take one label only. */
    private static void requireSelector(String selector) {
        if (!selector.matches("[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "use the DKIM selector \"" + selector + "\"",
                    "it is no name in DNS",
                    "letters, digits and hyphens, 63 at most, such as todoku1");
        }
    }

    public Kind kind() {
        return key instanceof EdECPrivateKey ? Kind.ED25519 : Kind.RSA;
    }

    /**
     * Makes a key in a file (PKCS #8, PEM) that only its owner can read.
     *
     * @throws FaultException where there is a file already, or none can be written
     */
    public static DkimKey create(String selector, Kind kind, Path file) {
        // Before anything is written.
        requireSelector(selector);
        try {
            KeyPairGenerator generator =
                    KeyPairGenerator.getInstance(kind == Kind.RSA ? "RSA" : "Ed25519");
            if (kind == Kind.RSA) {
                generator.initialize(BITS);
            }
            KeyPair pair = generator.generateKeyPair();
            String body =
                    Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(pair.getPrivate().getEncoded());
            Files.createFile(
                    file,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
            Files.writeString(
                    file,
                    "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n",
                    StandardOpenOption.WRITE);
            return new DkimKey(selector, pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw wrong("make", file, e.toString(), "name a new file in a folder you may write", e);
        }
    }

    /** Reads a key of 2,048 bits or more, or one of Ed25519. */
    public static DkimKey read(String selector, Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.US_ASCII);
            Matcher pem = PEM.matcher(text);
            if (!pem.find()) {
                throw wrong(
                        "read",
                        file,
                        "it holds no 'BEGIN PRIVATE KEY' (PKCS #8, PEM)",
                        "todoku dkim-key makes one; openssl pkcs8 -topk8 -nocrypt turns others",
                        null);
            }
            byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
            PrivateKey key = parse(new PKCS8EncodedKeySpec(der));
            if (key instanceof RSAPrivateCrtKey rsa && rsa.getModulus().bitLength() < BITS) {
                throw wrong(
                        "use",
                        file,
                        "it has %d bits, and receivers want 2,048"
                                .formatted(rsa.getModulus().bitLength()),
                        "todoku dkim-key makes a new one",
                        null);
            }
            return new DkimKey(selector, key);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw wrong(
                    "read",
                    file,
                    e.toString(),
                    "is it there, readable, and a private key of RSA or Ed25519?",
                    e);
        }
    }

    private static PrivateKey parse(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        } catch (GeneralSecurityException e) {
            return KeyFactory.getInstance("Ed25519").generatePrivate(spec);
        }
    }

    /** The text of the TXT record for {@code SELECTOR._domainkey.DOMAIN} (RFC 6376 3.6.1). */
    public String record() {
        String type = kind() == Kind.RSA ? "rsa" : "ed25519";
        return "v=DKIM1; k=" + type + "; p=" + Base64.getEncoder().encodeToString(publicBytes());
    }

    /** RSA as X.509; Ed25519 as its 32 bytes alone (RFC 8463 section 4.2). */
    private byte[] publicBytes() {
        byte[] encoded = publicKey().getEncoded();
        return kind() == Kind.RSA
                ? encoded
                : Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
    }

    private PublicKey publicKey() {
        try {
            if (key instanceof RSAPrivateCrtKey rsa) {
                BigInteger exponent = rsa.getPublicExponent();
                return KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), exponent));
            }
            byte[] seed = ((EdECPrivateKey) key).getBytes().orElseThrow();
            KeyPairGenerator generator = KeyPairGenerator.getInstance("Ed25519");
            generator.initialize(NamedParameterSpec.ED25519, new Fixed(seed));
            return generator.generateKeyPair().getPublic();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JDK derives a public key of Ed25519 only while it makes a pair: from these bytes. */
    private static final class Fixed extends SecureRandom {
        private static final long serialVersionUID = 1;
        private final byte[] seed;

        Fixed(byte[] seed) {
            this.seed = seed.clone();
        }

        @Override
        public void nextBytes(byte[] bytes) {
            System.arraycopy(seed, 0, bytes, 0, bytes.length);
        }
    }

    private static FaultException wrong(
            String act, Path file, String why, String hint, @Nullable Throwable cause) {
        return new FaultException(
                Fault.CONFIG_INVALID, act + " the DKIM key in " + file, why, hint, cause);
    }
}
