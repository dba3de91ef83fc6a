package org.todoku.appliance.continuity.outside;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Another web host: takes files by PUT from one user and shows them. */
final class WebHost implements AutoCloseable {
    static final String USER = "todoku";
    static final String PASSWORD = "とどく pass";

    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final HttpServer server;

    WebHost() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/status/", this::answer);
        server.start();
    }

    String at() {
        return "127.0.0.1:" + server.getAddress().getPort() + "/status/";
    }

    Map<String, byte[]> files() {
        return files;
    }

    private void answer(HttpExchange call) throws IOException {
        String path = call.getRequestURI().getPath();
        String name = path.substring("/status/".length());
        byte[] body = new byte[0];
        int status;
        if (call.getRequestMethod().equals("PUT")) {
            String pair = USER + ":" + PASSWORD;
            String wanted =
                    "Basic "
                            + Base64.getEncoder()
                                    .encodeToString(pair.getBytes(StandardCharsets.UTF_8));
            boolean allowed = wanted.equals(call.getRequestHeaders().getFirst("Authorization"));
            status = allowed ? 201 : 401;
            if (allowed) {
                files.put(name, call.getRequestBody().readAllBytes());
            }
        } else {
            byte[] file = files.get(name.isEmpty() ? StatusPage.FILE : name);
            status = file == null ? 404 : 200;
            body = file == null ? body : file;
            call.getResponseHeaders()
                    .set("Content-Type", ContentTypes.of(name.isEmpty() ? StatusPage.FILE : name));
        }
        call.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        call.getResponseBody().write(body);
        call.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
