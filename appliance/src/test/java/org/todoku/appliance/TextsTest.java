package org.todoku.appliance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;

/** Finds texts that nobody shows, and keys that have no text, in the bundles of the pages. */
class TextsTest {
    private static final Path SOURCES = Path.of("src/main/java/org/todoku/appliance");
    private static final Path TEMPLATES = Path.of("src/main/jte");

    /** What looks like a key: in quotes, lower case words with dots and dashes. */
    private static final Pattern QUOTED =
            Pattern.compile("\"([a-z][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*\\.?)\"");

    private static final Pattern IN_TEMPLATE =
            Pattern.compile("page\\.([ts])\\(\"([^\"]+)\"(\\s*\\+)?");

    /** Bundle → the folders of templates that show its texts. */
    private static final Map<String, List<String>> BUNDLES = bundles();

    @ParameterizedTest
    @ValueSource(strings = {"web", "web/console", "web/member", "demo"})
    void everyTextIsShownAndEveryKeyHasAText(String place) throws IOException {
        Texts texts = Texts.of(anchor(place));
        Set<String> keys = new TreeSet<>(texts.keys(Language.JA));
        assertThat(texts.keys(Language.EN)).as("English as Japanese").isEqualTo(keys);
        Set<String> asked = new TreeSet<>();
        Set<String> prefixes = new TreeSet<>();
        readTemplates(place, asked, prefixes);
        assertThat(keys).as("keys of templates").containsAll(asked);
        Set<String> inCode = quotedInCode(place);
        Set<String> unused = new TreeSet<>(keys);
        unused.removeAll(asked);
        unused.removeAll(inCode);
        unused.removeIf(key -> prefixes.stream().anyMatch(key::startsWith));
        // The shell asks for the title and the text of an error by the error's key.
        unused.removeIf(key -> inCode.contains(key.replaceAll("\\.(title|text)$", "")));
        assertThat(unused).as("texts that nobody shows").isEmpty();
        for (String key : keys) {
            assertThat(holes(texts.text(Language.EN, key)))
                    .as("values in %s", key)
                    .isEqualTo(holes(texts.text(Language.JA, key)));
        }
    }

    private static void readTemplates(String place, Set<String> asked, Set<String> prefixes)
            throws IOException {
        for (String folder : BUNDLES.getOrDefault(place, List.of())) {
            boolean shell = place.equals("web");
            for (Path template : files(TEMPLATES.resolve(folder))) {
                Matcher matcher = IN_TEMPLATE.matcher(Files.readString(template));
                while (matcher.find()) {
                    if (matcher.group(1).equals("s") == shell) {
                        (matcher.group(3) == null ? asked : prefixes).add(matcher.group(2));
                    }
                }
            }
        }
    }

    private static Set<String> quotedInCode(String place) throws IOException {
        Set<String> found = new TreeSet<>();
        Stream<Path> sources = files(SOURCES.resolve(place)).stream();
        if (place.equals("demo")) {
            sources = Stream.concat(sources, Stream.of(SOURCES.resolve("DemoCommand.java")));
        }
        for (Path source : sources.toList()) {
            Matcher matcher = QUOTED.matcher(Files.readString(source));
            while (matcher.find()) {
                found.add(matcher.group(1));
            }
        }
        return found;
    }

    private static Set<String> holes(String text) {
        Set<String> holes = new TreeSet<>();
        Matcher matcher = Pattern.compile("\\{\\d}").matcher(text);
        while (matcher.find()) {
            holes.add(matcher.group());
        }
        return holes;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static Class<?> anchor(String place) {
        return switch (place) {
            case "web" -> org.todoku.appliance.web.Pages.class;
            case "web/console" -> org.todoku.appliance.web.console.Console.class;
            case "web/member" -> org.todoku.appliance.web.member.MemberPages.class;
            default -> org.todoku.appliance.demo.DemoMailPages.class;
        };
    }

    private static Map<String, List<String>> bundles() {
        Map<String, List<String>> bundles = new LinkedHashMap<>();
        bundles.put("web", List.of("layout", "shell", "console", "member", "demo"));
        bundles.put("web/console", List.of("console"));
        bundles.put("web/member", List.of("member"));
        bundles.put("demo", List.of("demo"));
        return bundles;
    }
}
