package org.todoku.appliance.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/**
 * The texts of one package, from its {@code messages_ja.properties} and {@code
 * messages_en.properties}.
 *
 * <p>Thread-safe. A missing bundle or key is a bug and throws; there is no fallback to the other
 * language, since a fallback would hide the gap from the test that looks for it.
 */
public final class Texts {
    private final Class<?> anchor;
    private final Map<Language, Properties> bundles = new EnumMap<>(Language.class);

    private Texts(Class<?> anchor) {
        this.anchor = anchor;
        for (Language language : Language.values()) {
            bundles.put(language, load(anchor, "messages_" + language.tag() + ".properties"));
        }
    }

    /** The bundle beside this class. */
    public static Texts of(Class<?> anchor) {
        return new Texts(anchor);
    }

    /** The text for a key, with {@code {0}}, {@code {1}} … filled in. */
    public String text(Language language, String key, Object... arguments) {
        String pattern = bundle(language).getProperty(key);
        if (pattern == null) {
            throw new IllegalArgumentException(
                    "no text " + key + " (" + language + ") beside " + anchor.getName());
        }
        return arguments.length == 0
                ? pattern
                : new MessageFormat(pattern, language.locale()).format(arguments);
    }

    /** All keys of a language, for the test that compares the languages. */
    public Set<String> keys(Language language) {
        return bundle(language).stringPropertyNames();
    }

    private Properties bundle(Language language) {
        Properties bundle = bundles.get(language);
        if (bundle == null) {
            throw new IllegalStateException("no bundle for " + language);
        }
        return bundle;
    }

    private static Properties load(Class<?> anchor, String name) {
        try (InputStream in = anchor.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no " + name + " beside " + anchor.getName());
            }
            Properties properties = new Properties();
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return properties;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
