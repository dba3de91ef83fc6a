package org.todoku.appliance.delivery;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate authority of the test's own, made with openssl, and what it signs. */
final class Authority {
    private static final char[] NONE = new char[0];

    private final Path folder;
    private int number;

    private Authority(Path folder) {
        this.folder = folder;
    }

    static Authority in(Path folder) throws Exception {
        Authority made = new Authority(Files.createDirectories(folder));
        made.openssl("ca", "Test CA", List.of("-addext", "basicConstraints=critical,CA:TRUE"));
        return made;
    }

    /** Trusts this authority and no other. */
    SSLContext trusting() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", certificate("ca"));
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** A server whose certificate this authority has signed. */
    SSLContext signed(String host) throws Exception {
        return server(
                host,
                List.of(
                        "-CA",
                        folder.resolve("ca.pem").toString(),
                        "-CAkey",
                        folder.resolve("ca.key").toString()));
    }

    /** A server that has signed for itself. */
    SSLContext selfSigned(String host) throws Exception {
        return server(host, List.of());
    }

    private SSLContext server(String host, List<String> more) throws Exception {
        String name = "server" + number++;
        List<String> options = new ArrayList<>(more);
        options.addAll(List.of("-addext", "subjectAltName=DNS:" + host));
        openssl(name, host, options);
        String pem = Files.readString(folder.resolve(name + ".key"));
        byte[] der =
                Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", "").strip());
        PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("own", key, NONE, new Certificate[] {certificate(name)});
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NONE);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private Certificate certificate(String name) throws Exception {
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".pem"))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    private void openssl(String name, String subject, List<String> more) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "openssl",
                                "req",
                                "-x509",
                                "-newkey",
                                "ec",
                                "-pkeyopt",
                                "ec_paramgen_curve:P-256",
                                "-nodes",
                                "-days",
                                "2",
                                "-keyout",
                                folder.resolve(name + ".key").toString(),
                                "-out",
                                folder.resolve(name + ".pem").toString(),
                                "-subj",
                                "/CN=" + subject));
        command.addAll(more);
        Path log = folder.resolve("openssl.log");
        Process done =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        if (done.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(log));
        }
    }
}
