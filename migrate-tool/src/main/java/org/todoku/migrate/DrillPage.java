package org.todoku.migrate;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.todoku.backup.archive.Drill;

/** The report of a drill: one page to print, in Japanese and English, and the same as JSON. */
record DrillPage(String archive, Drill drill, Map<String, Object> found) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String SUFFIX = ".html";

    void write(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, html());
        String name = String.valueOf(file.getFileName());
        String plain =
                name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("archive", archive);
        facts.put("drill", drill);
        facts.put("found", found);
        Files.write(
                file.resolveSibling(plain + ".json"),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(facts));
    }

    String html() throws IOException {
        try (InputStream in = DrillPage.class.getResourceAsStream("drill.html")) {
            if (in == null) {
                throw new IllegalStateException("drill.html is missing in the program");
            }
            String page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> value : values().entrySet()) {
                page = page.replace("@" + value.getKey() + "@", escaped(value.getValue()));
            }
            return page;
        }
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("STYLE", drill.passed() ? "good" : "bad");
        values.put("RESULT", drill.passed() ? "合格 / passed" : "不合格 / NOT PASSED");
        values.put("BEGUN", drill.begun());
        values.put("BY", drill.by());
        values.put("ARCHIVE", archive);
        values.put("KIT", drill.kit() ? "はい / yes" : "いいえ / no");
        values.put("POINT", drill.recoveryPoint().isEmpty() ? "–" : drill.recoveryPoint());
        values.put("POINT_AGE", seconds(drill.recoveryPointSeconds()));
        values.put("TIME", seconds(drill.recoverySeconds()));
        values.put("BYTES", "%,d".formatted(drill.bytes()));
        values.put("MEMBERS", text("members"));
        values.put("MESSAGES", text("messages"));
        values.put("TABLES", text("tables"));
        values.put("PROBLEMS", drill.passed() ? "なし / none" : String.join("\n", drill.problems()));
        return values;
    }

    private String text(String fact) {
        return String.valueOf(found.getOrDefault(fact, "–"));
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds);
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
