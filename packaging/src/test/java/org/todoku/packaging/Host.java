package org.todoku.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.backup.objects.StoreLocation;

/**
 * A host as an operator has it: a folder with a configuration, set up and served by real processes,
 * talked to over HTTP only.
 */
final class Host {
    static final String PASSWORD = "a long enough password";

    /**
     * An import of ten thousand lines on a busy machine takes a while; a dead host takes for ever.
     */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final JsonMapper JSON = new JsonMapper();

    final Path folder;
    final int httpPort;
    final int smtpPort;
    final Map<String, String> environment = new HashMap<>();
    private String ip = "127.0.0.1";
    private List<String> before = List.of();
    private HttpClient client = HttpClient.newHttpClient();
    private Optional<Certified> certified = Optional.empty();
    private String token = "";

    Host(Path folder) throws Exception {
        this.folder = Files.createDirectories(folder);
        this.httpPort = Program.freePort();
        this.smtpPort = Program.freePort();
    }

    /**
     * It is a host of its own, at this address; before {@link #configure}.
     *
     * @param words what a command begins with to run there
     */
    void livesAt(String address, List<String> words) {
        ip = address;
        before = List.copyOf(words);
    }

    /** What a command begins with to run on this host. */
    List<String> before() {
        return before;
    }

    /** It is reached over https from now on; before {@link #configure}. */
    void secure(Certified by) {
        certified = Optional.of(by);
        client = HttpClient.newBuilder().sslContext(by.trusted()).build();
    }

    /** Where it serves. */
    URI address() {
        return URI.create((certified.isPresent() ? "https" : "http") + "://" + ip + ":" + httpPort);
    }

    /** Writes {@code todoku.yaml}. */
    void configure(Optional<StoreLocation> archive, int relayPort, int rate) throws Exception {
        StringBuilder yaml = new StringBuilder();
        yaml.append(
                "http: { bind: %s, port: %d, public-url: \"http://localhost:%d\" }%n"
                        .formatted(ip, httpPort, httpPort));
        certified.ifPresent(
                by ->
                        yaml.append(
                                "tls: { certificate: %s, key: %s }%n"
                                        .formatted(by.certificate(), by.key())));
        archive.ifPresent(
                place -> {
                    yaml.append("archive:%n  url: \"%s\"%n".formatted(place.url()));
                    place.endpoint()
                            .ifPresent(e -> yaml.append("  endpoint: \"%s\"%n".formatted(e)));
                    place.region().ifPresent(r -> yaml.append("  region: %s%n".formatted(r)));
                    yaml.append("  path-style: %s%n".formatted(place.pathStyle()));
                    yaml.append("  key-file: %s%n".formatted(key()));
                    // Longer than the default: a mail that did not wait for its claim to be
                    // archived would be found out by a kill in this time.
                    yaml.append("  ship-interval: 3s\n");
                });
        yaml.append(
                """
                mail:
                  domain: example.jp
                  listen: 127.0.0.1:%d
                  relays: [ { url: "smtp://127.0.0.1:%d", rate: %d/s, connections: 4 } ]
                """
                        .formatted(smtpPort, relayPort, rate));
        Files.writeString(config(), yaml.toString());
    }

    Path config() {
        return folder.resolve("todoku.yaml");
    }

    Path key() {
        return folder.resolve("archive.key");
    }

    /** {@code ./todoku setup}; keeps the token that it prints. */
    void setUp(Path data) throws Exception {
        Path password = folder.resolve("password");
        Files.writeString(password, PASSWORD + "\n");
        Program.Result result =
                Program.runOn(
                        this,
                        "todoku",
                        "setup",
                        "--data",
                        data.toString(),
                        "--config",
                        config().toString(),
                        "--organisation",
                        "青葉小学校",
                        "--slug",
                        "aoba",
                        "--admin-email",
                        "admin@example.jp",
                        "--admin-password-file",
                        password.toString());
        String last = result.out().strip().lines().reduce("", (a, b) -> b);
        if (result.status() != 0 || !last.startsWith("token ")) {
            throw new IllegalStateException("setup: " + result);
        }
        token = last.substring("token ".length());
    }

    /** Talks to the same service that has moved here. */
    void succeeds(Host old) {
        token = old.token;
    }

    String token() {
        return token;
    }

    Program serve(Path data) throws Exception {
        return Program.startOn(
                this,
                "ready " + address(),
                "todoku",
                "serve",
                "--data",
                data.toString(),
                "--config",
                config().toString());
    }

    JsonNode get(String path) throws Exception {
        return json(request(path).GET());
    }

    /** The items of all pages. */
    List<JsonNode> all(String path) throws Exception {
        List<JsonNode> items = new ArrayList<>();
        String page = "";
        do {
            JsonNode answer = get(path + (page.isEmpty() ? "" : "?page=" + page));
            answer.get("items").forEach(items::add);
            page = answer.path("next").asText("");
        } while (!page.isEmpty() && !page.equals("null"));
        return items;
    }

    JsonNode post(String path, String type, byte[] body) throws Exception {
        return json(
                request(path)
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    JsonNode post(String path, String json) throws Exception {
        return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The same under a key, and again until it is known what became of it: what an answer of 503
     * asks of a client.
     */
    JsonNode postOnce(String path, String key, String json) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return json(
                        request(path)
                                .header("Content-Type", "application/json")
                                .header("Idempotency-Key", key)
                                .POST(HttpRequest.BodyPublishers.ofString(json)));
            } catch (IllegalStateException e) {
                boolean unknown = String.valueOf(e.getMessage()).startsWith("503 ");
                if (!unknown || System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(500);
            }
        }
    }

    /** A page as a browser without a sign-in gets it. */
    HttpResponse<String> page(String url) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(url)).timeout(PATIENCE).GET().build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Signs the administrator in with the password of the set-up, as the form does. */
    boolean signIn() throws Exception {
        HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        URI form = address().resolve("/console/sign-in");
        String page =
                browser.send(
                                HttpRequest.newBuilder(form).timeout(PATIENCE).GET().build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        Matcher csrf = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"").matcher(page);
        if (!csrf.find()) {
            throw new IllegalStateException(page);
        }
        String body =
                "csrf=%s&email=%s&password=%s"
                        .formatted(
                                encoded(csrf.group(1)),
                                encoded("admin@example.jp"),
                                encoded(PASSWORD));
        HttpResponse<String> answer =
                browser.send(
                        HttpRequest.newBuilder(form)
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 303;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address().resolve(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + token);
    }

    private JsonNode json(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer =
                client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        JsonNode body = JSON.readTree(answer.body().isEmpty() ? "{}" : answer.body());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(answer.statusCode() + " " + body);
        }
        return body;
    }
}
