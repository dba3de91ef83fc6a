package org.todoku.appliance;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig.HostAndPort;
import org.todoku.appliance.ApplianceConfig.Rate;

/**
 * One section of the configuration while it is read. Each typed accessor takes one key; {@link
 * #done} then complains about the keys that nobody took. Order: accessors, then {@code done}.
 */
final class ConfigSection {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(B|KiB|MiB|GiB)");
    private static final Pattern RATE = Pattern.compile("(\\d{1,6})/(s|m|h)");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):(\\d{1,5})");

    /** A value and where it stands: a file's line, or an environment variable. */
    record Setting(String place, Object value) {
        boolean empty() {
            return value.equals("");
        }
    }

    private final String name;
    private final Path base;
    private final Map<String, Setting> settings;
    private final Set<String> known = new LinkedHashSet<>();

    ConfigSection(String name, Path base, Map<String, Setting> settings) {
        this.name = name;
        this.base = base;
        this.settings = new LinkedHashMap<>(settings);
    }

    Optional<String> text(String key) {
        Setting setting = take(key);
        if (setting == null || setting.empty()) {
            return Optional.empty();
        }
        if (setting.value() instanceof String text) {
            return Optional.of(text);
        }
        throw wrong(key, setting, "one text value");
    }

    String text(String key, String standard) {
        return text(key).orElse(standard);
    }

    int number(String key, int standard, int from, int to) {
        return parsed(
                key,
                standard,
                "a whole number from " + from + " to " + to,
                text -> {
                    int number = Integer.parseInt(text);
                    return number >= from && number <= to ? Optional.of(number) : Optional.empty();
                });
    }

    boolean flag(String key, boolean standard) {
        return parsed(
                key,
                standard,
                "true or false",
                text ->
                        switch (text) {
                            case "true" -> Optional.of(true);
                            case "false" -> Optional.of(false);
                            default -> Optional.empty();
                        });
    }

    Duration duration(String key, Duration standard) {
        return parsed(
                key,
                standard,
                "a duration like 250ms, 1s, 10m, 6h or 14d, more than zero",
                text -> matched(DURATION, text).map(ConfigSection::toDuration));
    }

    long size(String key, long standard) {
        return parsed(
                key,
                standard,
                "a size like 512KiB, 256MiB or 2GiB, more than zero",
                text -> matched(SIZE, text).map(ConfigSection::toBytes));
    }

    Rate rate(String key, Rate standard) {
        return parsed(
                key,
                standard,
                "a rate like 50/s, 300/m or 1000/h, more than zero",
                text -> matched(RATE, text).map(ConfigSection::toRate));
    }

    Optional<Path> path(String key) {
        return text(key).map(base::resolve).map(Path::normalize);
    }

    Optional<URI> uri(String key, String allowed, Set<String> schemes) {
        return optional(key, allowed, text -> toUri(text).filter(u -> isOneOf(u, schemes)));
    }

    Optional<HostAndPort> hostAndPort(String key) {
        return optional(
                key, "host:port like 127.0.0.1:2525, or empty for off", this::toHostAndPort);
    }

    <E extends Enum<E>> E choice(String key, E standard, Map<String, E> choices) {
        return parsed(
                key,
                standard,
                "one of " + String.join(", ", choices.keySet()),
                text -> Optional.ofNullable(choices.get(text)));
    }

    /** A list of sections; empty when the key is not set. */
    Optional<List<ConfigSection>> list(String key) {
        Setting setting = take(key);
        if (setting == null || setting.empty()) {
            return Optional.empty();
        }
        String allowed = "a list like [ { … }, { … } ]";
        if (!(setting.value() instanceof List<?> items)) {
            throw wrong(key, setting, allowed);
        }
        List<ConfigSection> sections = new ArrayList<>();
        for (Object item : items) {
            String itemName = full(key) + "[" + sections.size() + "]";
            if (!(item instanceof ConfigReader.Block block)) {
                throw wrong(key, setting, allowed);
            }
            sections.add(new ConfigSection(itemName, base, block.settings()));
        }
        return Optional.of(sections);
    }

    /** Whether the key stands there, be it empty: that is how a default is switched off. */
    boolean isGiven(String key) {
        return settings.containsKey(key);
    }

    /** Refuses what is left over. */
    void done() {
        for (Map.Entry<String, Setting> entry : settings.entrySet()) {
            if (!known.contains(entry.getKey())) {
                throw ConfigReader.unknown(
                        entry.getValue().place(), full(entry.getKey()), name, known);
            }
        }
    }

    /** A complaint about the value of a key of this section. */
    ConfigProblem wrong(String key, String allowed) {
        Setting setting = settings.get(key);
        return setting == null
                ? new ConfigProblem(
                        "configuration", full(key) + " is missing", "it needs " + allowed)
                : wrong(key, setting, allowed);
    }

    private ConfigProblem wrong(String key, Setting setting, String allowed) {
        String shown =
                setting.value() instanceof String text
                        ? "\"" + ConfigReader.masked(text) + "\""
                        : "a list or section";
        return new ConfigProblem(
                setting.place(),
                full(key) + ": " + shown + " is not allowed",
                "it takes " + allowed);
    }

    private @Nullable Setting take(String key) {
        known.add(key);
        return settings.get(key);
    }

    private String full(String key) {
        return name.isEmpty() ? key : name + "." + key;
    }

    private interface Parser<T> {
        Optional<T> parse(String text);
    }

    private <T> T parsed(String key, T standard, String allowed, Parser<T> parser) {
        return optional(key, allowed, parser).orElse(standard);
    }

    private <T> Optional<T> optional(String key, String allowed, Parser<T> parser) {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<T> value;
        try {
            value = parser.parse(text.get());
        } catch (NumberFormatException e) {
            value = Optional.empty();
        }
        if (value.isEmpty()) {
            throw wrong(key, allowed);
        }
        return value;
    }

    private static Optional<Matcher> matched(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.matches() && Integer.parseInt(matcher.group(1)) > 0
                ? Optional.of(matcher)
                : Optional.empty();
    }

    private static Duration toDuration(Matcher matcher) {
        return of(Long.parseLong(matcher.group(1)), matcher.group(2));
    }

    private static Duration of(long amount, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw new IllegalArgumentException(unit);
        };
    }

    private static long toBytes(Matcher matcher) {
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "B" -> amount;
            case "KiB" -> amount << 10;
            case "MiB" -> amount << 20;
            case "GiB" -> amount << 30;
            default -> throw new IllegalArgumentException(matcher.group(2));
        };
    }

    private static Rate toRate(Matcher matcher) {
        return new Rate(Integer.parseInt(matcher.group(1)), of(1, matcher.group(2)));
    }

    private Optional<HostAndPort> toHostAndPort(String text) {
        Matcher matcher = HOST_AND_PORT.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > 65_535) {
            return Optional.empty();
        }
        String host = matcher.group(1).replaceAll("[\\[\\]]", "");
        return Optional.of(new HostAndPort(host, Integer.parseInt(matcher.group(2))));
    }

    private static Optional<URI> toUri(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isOneOf(URI uri, Set<String> schemes) {
        return uri.getScheme() != null && schemes.contains(uri.getScheme());
    }
}
