package org.todoku.migrate;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A real service with a folder as its archive, set up and served by processes of their own. */
final class SampleService {
    static final int MEMBERS = 40;

    final Path folder;
    private final int port;
    private final String force;
    private String token = "";

    SampleService(Path folder, String force) throws Exception {
        this.folder = Files.createDirectories(folder);
        this.force = force;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
    }

    SampleService setUp() throws Exception {
        return setUp("青葉小学校", "aoba");
    }

    /** Its administrator is {@code admin@SLUG.example.jp}, but that of aoba. */
    SampleService setUp(String name, String slug) throws Exception {
        String email = slug.equals("aoba") ? "admin@example.jp" : "admin@" + slug + ".example.jp";
        configure("300ms");
        Files.writeString(folder.resolve("password"), "a long enough password\n");
        String[] words = {
            "setup",
            "--data",
            data().toString(),
            "--config",
            config().toString(),
            "--organisation",
            name,
            "--slug",
            slug,
            "--admin-email",
            email,
            "--admin-password-file",
            folder.resolve("password").toString()
        };
        try (Child setup = Child.start(folder, org.todoku.appliance.Main.class, words)) {
            token = setup.await("token ").substring("token ".length());
            if (setup.status() != 0) {
                throw new IllegalStateException(setup.errors());
            }
        }
        return this;
    }

    /** Written anew before a start. */
    void configure(String shipInterval) throws Exception {
        Files.writeString(
                config(),
                """
                http: { bind: 127.0.0.1, port: %d, public-url: "http://localhost:%d" }
                volume: { force: %s }
                archive: { url: "%s", key-file: %s, ship-interval: %s }
                mail: { domain: example.jp, listen: ~, relays: [ { url: "smtp://127.0.0.1:1" } ] }
                """
                        .formatted(port, port, force, archiveUrl(), key(), shipInterval));
    }

    /** A host that may take over from this one: its archive, another place. */
    SampleService next(Path other) throws Exception {
        SampleService next = new SampleService(other, force);
        next.useToken(token);
        String yaml = Files.readString(config()).replace(":" + port, ":" + next.port);
        Files.writeString(next.config(), yaml.replace("port: " + port, "port: " + next.port));
        return next;
    }

    /** For a service that was set up by other means. */
    void useToken(String given) {
        token = given;
    }

    /** Serves; the caller ends it. */
    Child serve() throws Exception {
        Child server =
                Child.start(
                        folder,
                        org.todoku.appliance.Main.class,
                        "serve",
                        "--data",
                        data().toString(),
                        "--config",
                        config().toString());
        server.await("ready ");
        return server;
    }

    void addMembers(String prefix, int count) throws Exception {
        StringBuilder list = new StringBuilder("氏名,メール\n");
        for (int i = 0; i < count; i++) {
            list.append("%s %d,%s%d@example.com%n".formatted(prefix, i, prefix, i));
        }
        post("/api/v1/members/import", "text/csv", list.toString());
    }

    String post(String path, String type, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        return send(request);
    }

    String get(String path) throws Exception {
        return send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer " + token)
                        .build());
    }

    private static String send(HttpRequest request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
            return answer.body();
        }
    }

    Path data() {
        return folder.resolve("data");
    }

    Path config() {
        return folder.resolve("todoku.yaml");
    }

    Path key() {
        return folder.resolve("archive.key");
    }

    String archiveUrl() {
        return folder.resolve("archive").toUri().toString();
    }

    String token() {
        return token;
    }

    int port() {
        return port;
    }

    static void copy(Path from, Path to) throws Exception {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else if (Files.isRegularFile(path)) {
                    Files.createDirectories(target.getParent());
                    Files.copy(path, target);
                }
            }
        }
    }
}
