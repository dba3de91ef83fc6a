package org.todoku.appliance.delivery.direct;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.names.LookupFailedException;
import org.todoku.appliance.names.Names;

/**
 * The policies of the domains that we bring mail to, kept in memory as long as they say. A policy
 * that was seen holds also while neither DNS nor its page answers: that is what it is for.
 * Thread-safe.
 */
public final class StsPolicies {
    private static final Logger LOG = LoggerFactory.getLogger(StsPolicies.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Section 3.3 asks for a limit and proposes 64 kilobytes. */
    private static final int MOST_BYTES = 65_536;

    private final Names names;
    private final InstantSource clock;
    private final Pages pages;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    private record Known(String id, StsPolicy policy, Instant until) {}

    /** Fetches a page over https, following nothing. */
    @FunctionalInterface
    interface Pages {
        String fetch(URI address) throws IOException, InterruptedException;
    }

    public StsPolicies(Names names, InstantSource clock) {
        this(names, clock, StsPolicies::fetch);
    }

    StsPolicies(Names names, InstantSource clock, Pages pages) {
        this.names = names;
        this.clock = clock;
        this.pages = pages;
    }

    /** What a domain demands; empty when it demands nothing. */
    Optional<StsPolicy> of(String domain) throws InterruptedException {
        Instant now = clock.instant();
        Optional<Known> kept =
                Optional.ofNullable(known.get(domain)).filter(k -> now.isBefore(k.until));
        Optional<String> id;
        try {
            id = id(names.texts("_mta-sts." + domain));
        } catch (LookupFailedException e) {
            return kept.map(Known::policy);
        }
        if (id.isEmpty() || kept.filter(k -> k.id.equals(id.get())).isPresent()) {
            return kept.map(Known::policy);
        }
        try {
            URI address = URI.create("https://mta-sts." + domain + "/.well-known/mta-sts.txt");
            Optional<StsPolicy> fresh = StsPolicy.parse(pages.fetch(address));
            if (fresh.isPresent()) {
                known.put(domain, new Known(id.get(), fresh.get(), now.plus(fresh.get().maxAge())));
                return fresh;
            }
            LOG.warn("the MTA-STS policy of {} cannot be read", domain);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("the MTA-STS policy of {} cannot be fetched: {}", domain, e.toString());
        }
        return kept.map(Known::policy);
    }

    /** The one record's id; several records are as none (section 3.1). */
    private static Optional<String> id(List<String> texts) {
        List<String> records = texts.stream().filter(t -> t.startsWith("v=STSv1")).toList();
        if (records.size() != 1) {
            return Optional.empty();
        }
        for (String tag : records.getFirst().split(";")) {
            String plain = tag.strip();
            if (plain.matches("id=[A-Za-z0-9]{1,32}")) {
                return Optional.of(plain.substring(3));
            }
        }
        return Optional.empty();
    }

    private static String fetch(URI address) throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder()
                        .connectTimeout(PATIENCE)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build()) {
            HttpResponse<InputStream> answer =
                    client.send(
                            HttpRequest.newBuilder(address).timeout(PATIENCE).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    throw new IOException(address + " answered " + answer.statusCode());
                }
                return new String(body.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
            }
        }
    }
}
