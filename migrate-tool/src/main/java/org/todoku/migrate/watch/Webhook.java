package org.todoku.migrate.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * A POST with JSON: {@code at}, {@code source}, {@code wrong} and {@code rightAgain} (names of
 * alarms in small letters), {@code text} (what chat services show).
 */
public record Webhook(URI url) implements Alerts {
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @Override
    public void tell(Alert alert) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("at", alert.at().toString());
        facts.put("source", alert.source());
        facts.put("wrong", new TreeSet<>(alert.wrong()).stream().map(Alarm::code).toList());
        facts.put(
                "rightAgain", new TreeSet<>(alert.rightAgain()).stream().map(Alarm::code).toList());
        facts.put("text", alert.text());
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(DEADLINE).build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(url)
                            .timeout(DEADLINE)
                            .header("Content-Type", "application/json")
                            .POST(
                                    BodyPublishers.ofString(
                                            new ObjectMapper().writeValueAsString(facts)))
                            .build();
            HttpResponse<Void> answer = client.send(request, BodyHandlers.discarding());
            if (answer.statusCode() / 100 != 2) {
                throw failed("it answered " + answer.statusCode());
            }
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw failed(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failed("interrupted");
        }
    }

    private FaultException failed(String why) {
        return new FaultException(
                Fault.PUBLISH_FAILED,
                "raise the alarm at " + url.getHost(),
                why,
                "is the webhook's address right?");
    }
}
