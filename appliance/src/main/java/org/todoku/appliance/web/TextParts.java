package org.todoku.appliance.web;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits plain text into text and web addresses, so that a page can make the addresses links. */
public final class TextParts {
    /** Full stops and brackets, also Japanese ones, end an address in running text. */
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "https?://[\\x21-\\x7e&&[^\"'<>()\\[\\]{}]]*[\\x21-\\x7e&&[^\"'<>()\\[\\]{}.,;:!?]]");

    private TextParts() {}

    /** A piece of the text. */
    public record Part(String text, boolean link) {}

    /** The pieces in order; joined they are the text again. */
    public static List<Part> of(String text) {
        List<Part> parts = new ArrayList<>();
        Matcher matcher = ADDRESS.matcher(text);
        int end = 0;
        while (matcher.find()) {
            if (matcher.start() > end) {
                parts.add(new Part(text.substring(end, matcher.start()), false));
            }
            parts.add(new Part(matcher.group(), true));
            end = matcher.end();
        }
        if (end < text.length()) {
            parts.add(new Part(text.substring(end), false));
        }
        return parts;
    }
}
