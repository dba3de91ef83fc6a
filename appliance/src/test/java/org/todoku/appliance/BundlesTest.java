package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What people see exists in both languages, takes the same arguments, and is used. */
class BundlesTest {
    private static final Path MODULE =
            Path.of(System.getProperty("todoku.root", ".."), "appliance");
    private static final Pattern ARGUMENT = Pattern.compile("\\{\\d}");

    @Test
    void bothLanguagesHaveTheSameKeysAndArguments() throws IOException {
        List<Path> japanese = bundles();
        assertThat(japanese).isNotEmpty();
        for (Path path : japanese) {
            Properties ja = load(path);
            Properties en = load(path.resolveSibling("messages_en.properties"));
            assertThat(en.stringPropertyNames())
                    .as(path.toString())
                    .isEqualTo(ja.stringPropertyNames());
            for (String key : ja.stringPropertyNames()) {
                assertThat(arguments(en.getProperty(key)))
                        .as(path + " " + key)
                        .isEqualTo(arguments(ja.getProperty(key)));
                assertThat(ja.getProperty(key)).as(path + " " + key).isNotBlank();
            }
        }
    }

    /** Keys are written out in the code, or made of parts at a dot: "join" + ".subject". */
    @Test
    void everyKeyOfTheFeaturesIsUsed() throws IOException {
        for (Path path : bundles()) {
            // Pages ask for their texts from templates: TextsTest looks after those.
            if (path.toString().matches(".*/(web|demo)/.*")) {
                continue;
            }
            Path inResources = MODULE.resolve("src/main/resources").relativize(path);
            Path sources = MODULE.resolve("src/main/java").resolve(inResources).resolveSibling("");
            String code = code(sources) + code(path.resolveSibling(""));
            for (String key : load(path).stringPropertyNames()) {
                String first = key.substring(0, key.indexOf('.'));
                String rest = key.substring(key.indexOf('.'));
                boolean used =
                        code.contains('"' + key + '"')
                                || (code.contains('"' + first + '"')
                                        && code.contains('"' + rest + '"'));
                assertThat(used).as(path + " " + key).isTrue();
            }
        }
    }

    private static List<Path> bundles() throws IOException {
        try (Stream<Path> files = Files.walk(MODULE.resolve("src/main/resources"))) {
            return files.filter(f -> f.endsWith("messages_ja.properties")).toList();
        }
    }

    private static String code(Path dir) throws IOException {
        StringBuilder code = new StringBuilder();
        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.filter(f -> f.toString().matches(".*\\.(java|html)")).toList()) {
                code.append(Files.readString(file));
            }
        }
        return code.toString();
    }

    private static Properties load(Path path) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(path)) {
            properties.load(reader);
        }
        return properties;
    }

    private static List<String> arguments(String text) {
        return ARGUMENT.matcher(text).results().map(r -> r.group()).distinct().sorted().toList();
    }
}
