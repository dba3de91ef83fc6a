package org.todoku.appliance;

import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig.Archive;
import org.todoku.appliance.ApplianceConfig.DatabaseSection;
import org.todoku.appliance.ApplianceConfig.Force;
import org.todoku.appliance.ApplianceConfig.Http;
import org.todoku.appliance.ApplianceConfig.Status;
import org.todoku.appliance.ApplianceConfig.Tls;
import org.todoku.appliance.ApplianceConfig.Volume;
import org.todoku.appliance.ConfigSection.Setting;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads {@code todoku.yaml}: defaults, then the file, then the environment. Strict, because a
 * setting that is silently not taken is found out on the day it was meant for. Works on the node
 * tree, not on objects, so that every complaint can name a line.
 */
final class ConfigReader {
    /** The sections, in the order of the printed file. */
    private static final List<String> SECTIONS =
            List.of("http", "tls", "database", "volume", "archive", "mail", "status", "dns");

    private static final String ENVIRONMENT_PREFIX = "TODOKU_";
    private static final int NEAR = 3;

    /** A mapping of the file. */
    record Block(String place, Map<String, Setting> settings) {}

    private final Optional<Path> file;

    private ConfigReader(Optional<Path> file) {
        this.file = file;
    }

    /**
     * The effective configuration.
     *
     * @param environment the process's environment; only variables that name a section are looked
     *     at
     * @throws ConfigProblem when anything in it is not taken
     */
    static ApplianceConfig read(Optional<Path> file, Map<String, String> environment) {
        return new ConfigReader(file.map(Path::toAbsolutePath)).read(environment);
    }

    private ApplianceConfig read(Map<String, String> environment) {
        Map<String, Map<String, Setting>> sections = new LinkedHashMap<>();
        SECTIONS.forEach(name -> sections.put(name, new LinkedHashMap<>()));
        file.ifPresent(path -> addFile(path, sections));
        environment.forEach((name, value) -> addVariable(name, value, sections));
        Tls tls = tls(section("tls", sections));
        return new ApplianceConfig(
                http(section("http", sections), tls),
                tls,
                database(section("database", sections)),
                volume(section("volume", sections)),
                archive(section("archive", sections)),
                MailConfig.read(section("mail", sections)),
                status(section("status", sections)),
                DnsConfig.read(section("dns", sections)));
    }

    private ConfigSection section(String name, Map<String, Map<String, Setting>> sections) {
        Path base = file.map(Path::getParent).orElse(Path.of("").toAbsolutePath());
        return new ConfigSection(name, base, sections.getOrDefault(name, Map.of()));
    }

    private static Http http(ConfigSection section, Tls tls) {
        String bind = section.text("bind", "127.0.0.1");
        int port = section.number("port", 8080, 0, 65_535);
        String scheme = tls.certificate().isPresent() ? "https" : "http";
        URI publicUrl =
                section.uri(
                                "public-url",
                                "an address like https://renraku.example.jp, without a path",
                                Set.of("http", "https"))
                        .orElse(URI.create(scheme + "://localhost:" + port));
        String path = publicUrl.getPath();
        if (publicUrl.getHost() == null || !(path.isEmpty() || path.equals("/"))) {
            throw section.wrong("public-url", "an address with a host and without a path");
        }
        section.done();
        String text = publicUrl.toString();
        return new Http(
                bind, port, text.endsWith("/") ? URI.create(text.replaceAll("/$", "")) : publicUrl);
    }

    private static Tls tls(ConfigSection section) {
        Tls tls = new Tls(section.path("certificate"), section.path("key"));
        section.done();
        if (tls.certificate().isPresent() != tls.key().isPresent()) {
            String missing = tls.key().isPresent() ? "certificate" : "key";
            throw section.wrong(missing, "a PEM file, since the other of the pair is set");
        }
        return tls;
    }

    private static DatabaseSection database(ConfigSection section) {
        Optional<String> url = section.text("url");
        section.done();
        if (url.isPresent() && !url.get().startsWith("jdbc:")) {
            throw section.wrong("url", "empty for embedded Derby, or a jdbc: address");
        }
        return new DatabaseSection(url);
    }

    private static Volume volume(ConfigSection section) {
        Map<String, Force> forces = new LinkedHashMap<>();
        for (Force force : Force.values()) {
            forces.put(force.text(), force);
        }
        Volume volume =
                new Volume(
                        section.choice("force", Force.LOCAL_OR_ARCHIVE, forces),
                        section.duration("stall-after", Duration.ofMillis(250)),
                        section.size("write-behind-max", 256L << 20),
                        section.text("device"));
        section.done();
        return volume;
    }

    private static Archive archive(ConfigSection section) {
        Archive archive =
                new Archive(
                        section.uri(
                                "url",
                                "file:///directory or s3://bucket/prefix",
                                Set.of("file", "s3")),
                        section.uri(
                                "endpoint",
                                "an address like https://s3.example.jp",
                                Set.of("http", "https")),
                        section.text("region"),
                        section.flag("path-style", false),
                        section.path("key-file"),
                        section.duration("ship-interval", Duration.ofSeconds(1)),
                        section.duration("base-interval", Duration.ofHours(6)),
                        section.duration("keep", Duration.ofDays(14)));
        section.done();
        return archive;
    }

    private static Status status(ConfigSection section) {
        Optional<URI> publish =
                section.uri(
                        "publish",
                        "file:///folder, s3://bucket/prefix or https://user@host/folder/",
                        Set.of("file", "s3", "https", "http"));
        publish.ifPresent(url -> MailConfig.refuseInlinePassword(section, "publish", url));
        Status status =
                new Status(publish, section.path("password-file"), MailConfig.noticeRelay(section));
        section.done();
        return status;
    }

    private void addFile(Path path, Map<String, Map<String, Setting>> sections) {
        Node root = compose(path.toString(), readText(path));
        if (root == null || isEmpty(root)) {
            return;
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new ConfigProblem(
                    path.toString(),
                    "this is not a configuration",
                    "it has sections like http: { … }");
        }
        for (Map.Entry<String, Setting> entry : settings(mapping, "").entrySet()) {
            Map<String, Setting> target = sections.get(entry.getKey());
            Setting setting = entry.getValue();
            if (target == null) {
                throw unknown(setting.place(), entry.getKey(), "", SECTIONS);
            }
            if (setting.value() instanceof Block block) {
                target.putAll(block.settings());
            } else if (!setting.empty()) {
                throw new ConfigProblem(
                        setting.place(),
                        entry.getKey() + " is a section",
                        "write " + entry.getKey() + ": { key: value }");
            }
        }
    }

    private static String readText(Path path) {
        try {
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            throw new ConfigProblem(path.toString(), "there is no such file", "check --config");
        } catch (CharacterCodingException e) {
            throw new ConfigProblem(path.toString(), "it is not UTF-8", "save it as UTF-8");
        } catch (IOException e) {
            throw new ConfigProblem(
                    path.toString(),
                    "it cannot be read (" + e.getMessage() + ")",
                    "check its rights");
        }
    }

    private static @Nullable Node compose(String place, String text) {
        try {
            return new Yaml(new LoaderOptions()).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
            throw new ConfigProblem(
                    place + " line " + line,
                    "this is not YAML (" + e.getProblem() + ")",
                    "check quotes, colons and indentation there");
        }
    }

    private Map<String, Setting> settings(MappingNode mapping, String section) {
        Map<String, Setting> settings = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            String place = place(tuple.getKeyNode());
            String key = tuple.getKeyNode() instanceof ScalarNode s ? s.getValue() : "?";
            if (settings.put(key, new Setting(place, value(tuple.getValueNode(), key))) != null) {
                String full = section.isEmpty() ? key : section + "." + key;
                throw new ConfigProblem(
                        place, full + " stands there twice", "keep one of the two lines");
            }
        }
        return settings;
    }

    private Object value(Node node, String section) {
        return switch (node) {
            case ScalarNode scalar -> isEmpty(scalar) ? "" : scalar.getValue();
            case MappingNode mapping -> new Block(place(mapping), settings(mapping, section));
            case SequenceNode sequence ->
                    sequence.getValue().stream().map(item -> value(item, section)).toList();
            default ->
                    throw new ConfigProblem(
                            place(node), "anchors are not taken", "write the value out");
        };
    }

    private static boolean isEmpty(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    private String place(Node node) {
        int line = node.getStartMark().getLine() + 1;
        return file.map(Path::toString).orElse("environment") + " line " + line;
    }

    /** {@code TODOKU_MAIL_LISTEN} and the like; what names no section is somebody else's. */
    private void addVariable(
            String name, String value, Map<String, Map<String, Setting>> sections) {
        if (!name.startsWith(ENVIRONMENT_PREFIX)) {
            return;
        }
        String rest = name.substring(ENVIRONMENT_PREFIX.length()).toLowerCase(Locale.ROOT);
        int end = rest.indexOf('_');
        Map<String, Setting> target = end < 0 ? null : sections.get(rest.substring(0, end));
        if (target == null) {
            return;
        }
        String place = "environment " + name;
        // Only lists are YAML there; a plain value is taken letter for letter.
        Node list = value.startsWith("[") && value.endsWith("]") ? compose(place, value) : null;
        Object parsed = list instanceof SequenceNode ? value(list, rest) : value;
        target.put(rest.substring(end + 1).replace('_', '-'), new Setting(place, parsed));
    }

    static ConfigProblem unknown(
            String place, String key, String section, Collection<String> known) {
        String prefix = section.isEmpty() ? "" : section + ".";
        String bare = key.substring(prefix.length());
        Set<String> names = new LinkedHashSet<>(known);
        Optional<String> nearest =
                names.stream()
                        .min(Comparator.comparingInt(name -> distance(name, bare)))
                        .filter(name -> distance(name, bare) <= NEAR);
        List<String> all = new ArrayList<>(names);
        String hint =
                nearest.map(name -> "did you mean " + prefix + name + "?")
                        .orElse("allowed here: " + String.join(", ", all));
        return new ConfigProblem(place, key + " is not a known key", hint);
    }

    /** Takes a password out of an address before it is shown. */
    static String masked(String text) {
        return text.replaceAll("(://[^/@:]*):[^/@]*@", "$1:***@")
                .replaceAll("(?i)(password=)[^&;]*", "$1***");
    }

    /** Levenshtein's distance, by the usual single row. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
