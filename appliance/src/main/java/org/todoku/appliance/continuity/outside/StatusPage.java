package org.todoku.appliance.continuity.outside;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;

/**
 * The status page: one file of HTML with its style and its script, which asks for {@code
 * heartbeat.json} and {@code notice.json} beside it every 15 s and judges their age by the clock of
 * the web server that shows it. So it turns red without anybody's doing when the server is silent;
 * and so does its line about the last recovery drill when that was a week ago, or not passed, or
 * none was held.
 */
public final class StatusPage {
    /** The name of the file. */
    public static final String FILE = "index.html";

    private static final Texts TEXTS = Texts.of(StatusPage.class);

    private StatusPage() {}

    /** The page for a service. */
    public static byte[] html(URI service) {
        Map<String, Map<String, String>> texts = new TreeMap<>();
        for (Language language : Language.values()) {
            Map<String, String> own = new TreeMap<>();
            TEXTS.keys(language).forEach(key -> own.put(key, TEXTS.text(language, key)));
            texts.put(language.tag(), own);
        }
        try {
            // Within a script element only "<" could end it.
            String json = new ObjectMapper().writeValueAsString(texts).replace("<", "\\u003c");
            return template()
                    .replace("@TEXTS@", json)
                    .replace("@HOST@", escaped(String.valueOf(service.getHost())))
                    .replace(
                            "@DRILL_COUNTS@",
                            Long.toString(OutsideState.Drill.COUNTS_FOR.toSeconds()))
                    .replace("@SILENT@", Long.toString(OutsideState.SILENT.toSeconds()))
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }

    private static String template() {
        try (InputStream in = StatusPage.class.getResourceAsStream("status.html")) {
            if (in == null) {
                throw new IllegalStateException("no status.html beside " + StatusPage.class);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
