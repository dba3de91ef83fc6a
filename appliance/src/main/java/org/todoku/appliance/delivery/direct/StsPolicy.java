package org.todoku.appliance.delivery.direct;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a domain demands of those who bring it mail (RFC 8461 section 3.2).
 *
 * @param mode whether it is to be obeyed
 * @param hosts the names of its mail servers; {@code *.} in front stands for one label
 * @param maxAge how long it may be remembered
 */
public record StsPolicy(Mode mode, List<String> hosts, Duration maxAge) {
    private static final long LONGEST_SECONDS = 31_557_600;

    public StsPolicy {
        hosts = List.copyOf(hosts);
    }

    /** How it is meant. */
    public enum Mode {
        ENFORCE,
        TESTING,
        NONE
    }

    /** Empty when it is not a policy: then it is as if there were none. */
    static Optional<StsPolicy> parse(String text) {
        String version = "";
        Optional<Mode> mode = Optional.empty();
        List<String> hosts = new ArrayList<>();
        long seconds = -1;
        for (String line : text.split("\r\n|\n", -1)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                continue;
            }
            String value = line.substring(colon + 1).strip();
            switch (line.substring(0, colon).strip().toLowerCase(Locale.ROOT)) {
                case "version" -> version = value;
                case "mode" -> mode = mode(value);
                case "mx" -> hosts.add(value.toLowerCase(Locale.ROOT));
                case "max_age" ->
                        seconds = value.matches("[0-9]{1,10}") ? Long.parseLong(value) : -1;
                default -> {
                    // Keys that are added later are to be passed over (section 3.2).
                }
            }
        }
        boolean whole =
                version.equals("STSv1")
                        && mode.isPresent()
                        && seconds >= 0
                        && (mode.get() == Mode.NONE || !hosts.isEmpty());
        Duration age = Duration.ofSeconds(Math.min(seconds, LONGEST_SECONDS));
        return whole ? Optional.of(new StsPolicy(mode.get(), hosts, age)) : Optional.empty();
    }

    private static Optional<Mode> mode(String value) {
        return switch (value) {
            case "enforce" -> Optional.of(Mode.ENFORCE);
            case "testing" -> Optional.of(Mode.TESTING);
            case "none" -> Optional.of(Mode.NONE);
            default -> Optional.empty();
        };
    }

    /** Whether a mail server is one that the domain named. */
    boolean names(String host) {
        String folded = host.toLowerCase(Locale.ROOT);
        for (String pattern : hosts) {
            if (pattern.startsWith("*.")) {
                int dot = folded.indexOf('.');
                if (dot > 0 && folded.substring(dot).equals(pattern.substring(1))) {
                    return true;
                }
            } else if (pattern.equals(folded)) {
                return true;
            }
        }
        return false;
    }
}
