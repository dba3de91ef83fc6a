package org.todoku.backup.archive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.fault.BackupFault;
import org.todoku.backup.objects.StoreLocation;

/**
 * All that an emergency needs, on one sheet: where the archive lies and the key that opens it. As
 * text it is a line a fact, {@code name: value}, so that it can be typed off paper.
 */
public record RecoveryKit(StoreLocation location, ArchiveKey key) {
    /** The first line of a kit. */
    public static final String TITLE = "todoku-kit: 1";

    private static final int ROW = 6;

    private static final Pattern WORDS = Pattern.compile("^\\s*words\\s+(\\d)\\s*:\\s*(.+?)\\s*$");

    private static final Pattern LINE =
            Pattern.compile("^\\s*(archive|endpoint|region|path-style|key)\\s*:\\s*(\\S+)\\s*$");

    /** The text of the kit. It opens the archive: keep it like cash. */
    public String text() {
        StringBuilder text = new StringBuilder(TITLE).append('\n');
        text.append("archive: ").append(location.url()).append('\n');
        location.endpoint().ifPresent(e -> text.append("endpoint: ").append(e).append('\n'));
        location.region().ifPresent(r -> text.append("region: ").append(r).append('\n'));
        if (location.pathStyle()) {
            text.append("path-style: true\n");
        }
        return text.append("key: ").append(key.text()).append('\n').toString();
    }

    /**
     * The text with the key's words behind it: for paper, where each can stand in for the other.
     */
    public String page() {
        StringBuilder text = new StringBuilder(text());
        List<String> words = key.words();
        for (int row = 0; row * ROW < words.size(); row++) {
            text.append("words %d: ".formatted(row + 1))
                    .append(String.join(" ", words.subList(row * ROW, (row + 1) * ROW)))
                    .append('\n');
        }
        return text.toString();
    }

    /** Reads a kit file: the text, or the printable page that contains it. */
    public static RecoveryKit read(Path file) {
        Map<String, String> facts = new LinkedHashMap<>();
        Map<Integer, String> words = new TreeMap<>();
        try {
            // On paper the key may take two lines: a line that ends with a dash goes on.
            String text =
                    Files.readString(file, StandardCharsets.UTF_8).replaceAll("-\\s*\\R\\s*", "-");
            for (String line : text.split("\\R")) {
                Matcher matcher = LINE.matcher(line.replace("&amp;", "&"));
                if (matcher.matches()) {
                    facts.put(matcher.group(1), matcher.group(2));
                }
                Matcher row = WORDS.matcher(line);
                if (row.matches()) {
                    words.put(Integer.valueOf(row.group(1)), row.group(2));
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e.toString());
        }
        String archive = facts.get("archive");
        String key = facts.get("key");
        if (archive == null || (key == null && words.isEmpty())) {
            throw unreadable(
                    file, "it has no line 'archive: …', or neither 'key: …' nor 'words 1: …'");
        }
        StoreLocation location =
                StoreLocation.of(
                        archive,
                        facts.get("endpoint"),
                        facts.get("region"),
                        Optional.ofNullable(facts.get("path-style"))
                                .filter("true"::equals)
                                .isPresent());
        return new RecoveryKit(location, key(key, words, file));
    }

    /** From the key's line, or from the words; where both are there they must say the same. */
    private static ArchiveKey key(@Nullable String line, Map<Integer, String> words, Path file) {
        String where = "recovery kit " + file;
        if (words.isEmpty() && line != null) {
            return ArchiveKey.parse(line, where);
        }
        String all = String.join(" ", words.values()).strip();
        ArchiveKey key = ArchiveKey.ofWords(List.of(all.split("\\s+")), where);
        if (line != null && !ArchiveKey.parse(line, where).text().equals(key.text())) {
            throw unreadable(file, "its line 'key: …' and its words are two different keys");
        }
        return key;
    }

    private static BackupException unreadable(Path file, String why) {
        return new BackupException(
                BackupFault.KEY_UNREADABLE,
                "reading the recovery kit " + file,
                why,
                "todoku-migrate kit --out FILE made it; type its lines off the paper if need be");
    }
}
