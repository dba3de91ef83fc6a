package org.todoku.packaging;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate for an address, of one's own making, as PEM: no usual authority knows it. */
record Certified(Path certificate, Path key, SSLContext trusted) {
    private static final char[] PASSWORD = "changeit".toCharArray();

    static Certified in(Path folder) throws Exception {
        return in(folder, "127.0.0.1");
    }

    static Certified in(Path folder, String address) throws Exception {
        Path file = Files.createDirectories(folder).resolve("keys.p12");
        Process made =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                "own",
                                "-keyalg",
                                "RSA",
                                "-validity",
                                "2",
                                "-dname",
                                "CN=own",
                                "-ext",
                                "san=ip:" + address,
                                "-ext",
                                "bc=ca:true",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                file.toString(),
                                "-storepass",
                                new String(PASSWORD))
                        .inheritIO()
                        .start();
        if (made.waitFor() != 0) {
            throw new IllegalStateException("keytool: " + made.exitValue());
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        Key key = store.getKey("own", PASSWORD);
        Path certificatePem = folder.resolve("own.pem");
        Path keyPem = folder.resolve("own.key");
        Files.writeString(
                certificatePem, pem("CERTIFICATE", store.getCertificate("own").getEncoded()));
        Files.writeString(keyPem, pem("PRIVATE KEY", key.getEncoded()));
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("own", store.getCertificate("own"));
        TrustManagerFactory factory =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return new Certified(certificatePem, keyPem, context);
    }

    private static String pem(String kind, byte[] bytes) {
        String text =
                Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(bytes);
        return "-----BEGIN %s-----%n%s%n-----END %s-----%n".formatted(kind, text, kind);
    }
}
