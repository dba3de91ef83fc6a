package org.todoku.appliance.delivery;

import java.nio.charset.Charset;
import java.nio.charset.CharsetEncoder;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text for phones that read ISO-2022-JP only. What that has no place for is replaced by something
 * that says the same, as this table shows; what has no such thing, pictograms above all, by 〓. The
 * console shows the sender what it replaces ({@link #replaced}). Thread-safe.
 */
public final class OldPhones {
    /** RFC 1468. */
    static final Charset CHARSET = Charset.forName("ISO-2022-JP");

    /** The geta mark: what Japanese printers set where a type is missing. */
    private static final String MISSING = "〓";

    /**
     * RFC 5322 section 2.1.1: 998 octets a line. Where every second character is of another set,
     * two take nine octets, so a line of these has 906 at most.
     */
    private static final int LONGEST = 200;

    private static final Pattern HALF_WIDTH = Pattern.compile("[\uFF61-\uFF9F]{1,2}");
    private static final Pattern CHARACTER =
            Pattern.compile("[\uFF61-\uFF9F][\uFF9E\uFF9F]?|.", Pattern.DOTALL);

    private static final Map<String, String> TABLE = table();

    private OldPhones() {}

    /** The text in characters that such a phone has. */
    public static String text(String text) {
        StringBuilder written = new StringBuilder(text.length());
        CharsetEncoder encoder = CHARSET.newEncoder();
        characters(text).forEach(one -> written.append(replacement(encoder, one)));
        return written.toString();
    }

    /** What was replaced in a text by what, in the order in which it occurs. */
    public static Map<String, String> replaced(String text) {
        Map<String, String> found = new LinkedHashMap<>();
        CharsetEncoder encoder = CHARSET.newEncoder();
        for (String one : characters(text)) {
            String written = replacement(encoder, one);
            if (!written.equals(one) && !written.isEmpty()) {
                found.put(one, written);
            }
        }
        return found;
    }

    /** The bytes of a text that may have such characters only; long lines are broken. */
    static byte[] bytes(String text) {
        StringBuilder broken = new StringBuilder(text.length() + 16);
        int line = 0;
        for (int i = 0; i < text.length(); i++) {
            char one = text.charAt(i);
            boolean ends = one == '\r' || one == '\n';
            if (!ends && line == LONGEST) {
                broken.append("\r\n");
                line = 0;
            }
            line = ends ? 0 : line + 1;
            broken.append(one);
        }
        return broken.toString().getBytes(CHARSET);
    }

    /** One by one, but half-width kana with the marks that belong to them. */
    private static List<String> characters(String text) {
        List<String> all = new ArrayList<>();
        Matcher matcher = CHARACTER.matcher(text);
        while (matcher.find()) {
            all.add(matcher.group());
        }
        return all;
    }

    private static String replacement(CharsetEncoder encoder, String one) {
        String known = TABLE.get(one);
        if (known != null) {
            return known;
        }
        // The escapes of the charset itself must not come from a text.
        boolean control = one.codePointAt(0) < ' ' && !one.equals("\n") && !one.equals("\r");
        if (control) {
            return one.equals("\t") ? one : "";
        }
        // Java would write half-width kana by an escape that RFC 1468 does not have.
        if (!HALF_WIDTH.matcher(one).matches() && encoder.canEncode(one)) {
            return one;
        }
        // Half-width kana, ligatures, units, numbers in circles and the like.
        String plain = Normalizer.normalize(one, Normalizer.Form.NFKC);
        if (!plain.equals(one) && encoder.canEncode(plain)) {
            return plain;
        }
        // Variation selectors and joiners are no characters of their own.
        int type = Character.getType(one.codePointAt(0));
        boolean nothing =
                type == Character.NON_SPACING_MARK
                        || type == Character.FORMAT
                        || type == Character.ENCLOSING_MARK
                        || type == Character.MODIFIER_SYMBOL;
        return nothing ? "" : MISSING;
    }

    private static Map<String, String> table() {
        Map<String, String> table = new LinkedHashMap<>();
        String[][] pairs = {
            // Windows and Unicode disagree about these since 1993.
            {"～", "〜"},
            {"－", "−"},
            {"∥", "‖"},
            {"—", "―"},
            {"￠", "¢"},
            {"￡", "£"},
            {"￢", "¬"},
            // Variants of characters in names that JIS X 0208 has in one form only.
            {"髙", "高"},
            {"﨑", "崎"},
            {"𠮷", "吉"},
            {"德", "徳"},
            {"濵", "浜"},
            {"栁", "柳"},
            {"瀨", "瀬"},
            {"桒", "桑"},
            // What looks like one character and is read as several.
            {"①", "(1)"},
            {"②", "(2)"},
            {"③", "(3)"},
            {"④", "(4)"},
            {"⑤", "(5)"},
            {"⑥", "(6)"},
            {"⑦", "(7)"},
            {"⑧", "(8)"},
            {"⑨", "(9)"},
            {"⑩", "(10)"},
            {"㈱", "(株)"},
            {"㈲", "(有)"},
            {"№", "No."},
            {"℡", "TEL"},
            {"❤", "〔ハート〕"},
            {"☀", "〔晴れ〕"},
            {"☁", "〔くもり〕"},
            {"☂", "〔雨〕"},
            {"☔", "〔雨〕"},
            {"⛄", "〔雪〕"},
            {"⚡", "〔雷〕"},
            {"⚠", "〔注意〕"},
            {"☎", "TEL"},
            {"✉", "〔メール〕"}
        };
        for (String[] pair : pairs) {
            table.put(pair[0], pair[1]);
        }
        return Map.copyOf(table);
    }
}
