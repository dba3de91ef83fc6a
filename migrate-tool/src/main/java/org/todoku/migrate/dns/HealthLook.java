package org.todoku.migrate.dns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Asks the service for its health at an address of our choice under its public name, as a browser
 * would that was told this address: the JDK's client looks names up by itself, so this speaks the
 * few lines of HTTP. The certificate must be good for the name.
 */
final class HealthLook {
    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(5).toMillis();
    private static final String EPOCH = "todoku-epoch:";
    private static final int MAX_LINES = 60;

    private HealthLook() {}

    /** The epoch of who answers; empty for somebody who names none. */
    static Optional<Long> epoch(URI service, String name, InetAddress address) throws IOException {
        boolean secure = "https".equals(service.getScheme());
        int port = service.getPort() > 0 ? service.getPort() : secure ? 443 : 80;
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
            plain.setSoTimeout(TIMEOUT_MILLIS);
            if (!secure) {
                return ask(plain, name);
            }
            var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
            try (SSLSocket socket = (SSLSocket) factory.createSocket(plain, name, port, true)) {
                SSLParameters checked = socket.getSSLParameters();
                checked.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(checked);
                return ask(socket, name);
            }
        }
    }

    private static Optional<Long> ask(Socket socket, String name) throws IOException {
        String request =
                "GET /health/live HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                        .formatted(name);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        var in = new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1);
        BufferedReader lines = new BufferedReader(in);
        String first = lines.readLine();
        if (first == null || !first.matches("HTTP/1\\.\\d 200.*")) {
            throw new IOException("it said '" + first + "'");
        }
        for (int i = 0; i < MAX_LINES; i++) {
            String line = lines.readLine();
            if (line == null || line.isEmpty()) {
                break;
            }
            if (line.toLowerCase(Locale.ROOT).startsWith(EPOCH)) {
                return number(line.substring(EPOCH.length()).strip());
            }
        }
        return Optional.empty();
    }

    private static Optional<Long> number(String text) {
        return text.matches("\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }
}
