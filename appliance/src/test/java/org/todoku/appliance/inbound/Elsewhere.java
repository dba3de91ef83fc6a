package org.todoku.appliance.inbound;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.EdECPrivateKey;
import java.util.Arrays;
import java.util.Base64;

/** A sender's provider that signs by Ed25519, with python3-dkim: none of this code is ours. */
final class Elsewhere {
    private static final KeyPair KEY = pair();

    /** As it stands in a record: the 32 bytes alone. */
    static final String PUBLIC = base64(tail(KEY.getPublic().getEncoded()));

    private static final String PROGRAM =
            """
            import sys
            import dkim
            mail = sys.stdin.buffer.read()
            names = [b'from', b'to', b'subject', b'date', b'message-id']
            sys.stdout.buffer.write(dkim.sign(mail, sys.argv[1].encode(), sys.argv[2].encode(), sys.argv[3].encode(),
                signature_algorithm=b'ed25519-sha256', include_headers=names,
                canonicalize=(b'relaxed', b'relaxed')) + mail)
            """;

    private Elsewhere() {}

    static byte[] sign(byte[] mail, String selector, String domain) throws Exception {
        byte[] seed = ((EdECPrivateKey) KEY.getPrivate()).getBytes().orElseThrow();
        Process python =
                new ProcessBuilder(
                                "/usr/bin/python3", "-c", PROGRAM, selector, domain, base64(seed))
                        .start();
        try (OutputStream in = python.getOutputStream()) {
            in.write(mail);
        }
        byte[] signed = python.getInputStream().readAllBytes();
        String wrong = new String(python.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(!wrong.contains("No module named"), "SKIPPED: no python3-dkim, python3-nacl");
        if (python.waitFor() != 0) {
            throw new IllegalStateException(wrong);
        }
        return signed;
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] tail(byte[] encoded) {
        return Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
