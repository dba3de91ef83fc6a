package org.todoku.appliance.web;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;

/** Counts answers and writes the text that Prometheus reads. Thread-safe. */
public final class Metrics {
    private final AtomicLongArray answersByClass = new AtomicLongArray(6);
    private final Supplier<Map<String, Double>> gauges;

    /**
     * @param gauges what the rest of the appliance measures, by full metric name with labels
     */
    public Metrics(Supplier<Map<String, Double>> gauges) {
        this.gauges = gauges;
    }

    void answered(int status) {
        answersByClass.incrementAndGet(Math.clamp(status / 100, 0, 5));
    }

    String text() {
        StringBuilder text = new StringBuilder();
        text.append("# TYPE todoku_http_answers_total counter\n");
        for (int i = 2; i <= 5; i++) {
            text.append(
                    "todoku_http_answers_total{status=\"%dxx\"} %d\n"
                            .formatted(i, answersByClass.get(i)));
        }
        Runtime runtime = Runtime.getRuntime();
        Map<String, Double> all = new TreeMap<>(gauges.get());
        all.put(
                "todoku_memory_used_bytes",
                (double) (runtime.totalMemory() - runtime.freeMemory()));
        all.forEach(
                (name, value) -> {
                    String bare = name.replaceAll("\\{.*", "");
                    String type = "# TYPE " + bare + " gauge\n";
                    if (text.indexOf(type) < 0) {
                        text.append(type);
                    }
                    text.append(String.format(Locale.ROOT, "%s %s%n", name, value));
                });
        return text.toString();
    }
}
