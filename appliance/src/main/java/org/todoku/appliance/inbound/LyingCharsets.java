package org.todoku.appliance.inbound;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.todoku.appliance.inbound.CarrierEmoji.Carrier;

/**
 * Decodes text whose label lies, as its sender meant it: the Microsoft variants for all Japanese
 * labels, UTF-8 where the bytes are nothing else, a guess where there is no label, and the
 * carriers' own pictograms as those of Unicode. Any bytes give a text; nothing is thrown.
 */
final class LyingCharsets {
    private static final Charset CP932 = Charset.forName("windows-31j");

    /** Knows ～ and － as Windows types them, and not 髙 and 﨑. */
    private static final Charset JIS = Charset.forName("x-windows-iso2022jp");

    /** Knows 髙 and 﨑, and takes ～ and － for 〜 and −. */
    private static final Charset MORE_JIS = Charset.forName("x-windows-50221");

    private static final Charset EUC = Charset.forName("x-eucJP-Open");

    private static final Pattern WORD =
            Pattern.compile("=\\?([^?\\s]{1,60})\\?([bBqQ])\\?([^?]{0,4000})\\?=");

    /** A character of UTF-8 that no other text holds by chance: three or four bytes. */
    private static final int LONG_LEAD = 0xe0;

    private LyingCharsets() {}

    /**
     * Decodes bytes.
     *
     * @param label what the mail says they are; empty when it says nothing
     * @param carrier whose phone wrote them
     */
    static String decode(byte[] bytes, String label, Carrier carrier) {
        CarrierEmoji emoji = CarrierEmoji.of(carrier);
        boolean high = false;
        boolean longLead = false;
        boolean escape = false;
        for (byte b : bytes) {
            high |= b < 0;
            longLead |= (b & 0xff) >= LONG_LEAD;
            escape |= b == 0x1b;
        }
        if (!high) {
            return escape ? emoji.text(jis(bytes)) : new String(bytes, StandardCharsets.UTF_8);
        }
        String name = label.toLowerCase(Locale.ROOT);
        boolean shiftJis = name.contains("jis") || name.matches("cp932|ms932|ms_kanji|windows-31j");
        boolean nothing = name.isEmpty() || name.equals("us-ascii") || name.startsWith("iso-2022");
        boolean utf8 = name.equals("utf-8") || name.equals("utf8");
        if (utf8 || nothing || (shiftJis && longLead)) {
            Optional<String> text = strict(bytes, StandardCharsets.UTF_8);
            if (text.isPresent()) {
                return emoji.text(text.get());
            }
            if (utf8 && isCut(bytes)) {
                return emoji.text(new String(bytes, StandardCharsets.UTF_8));
            }
        }
        List<Charset> tried =
                name.startsWith("euc") || name.equals("x-euc-jp")
                        ? List.of(EUC, CP932)
                        : shiftJis ? List.of(CP932) : List.of(CP932, EUC);
        if (utf8 || nothing || shiftJis || name.contains("euc")) {
            for (Charset charset : tried) {
                Optional<String> text =
                        charset.equals(CP932) ? cp932(bytes, emoji) : strict(bytes, charset);
                if (text.isPresent()) {
                    return text.get();
                }
            }
            return new String(bytes, shiftJis ? CP932 : StandardCharsets.UTF_8);
        }
        return new String(bytes, named(name));
    }

    /** Between the carriers' own codes, which lie where Windows has none or other characters. */
    private static Optional<String> cp932(byte[] bytes, CarrierEmoji emoji) {
        StringBuilder text = new StringBuilder(bytes.length);
        int from = 0;
        int at = 0;
        while (at < bytes.length) {
            int lead = bytes[at] & 0xff;
            boolean two = (lead >= 0x81 && lead <= 0x9f) || (lead >= 0xe0 && lead <= 0xfc);
            if (!two || at + 1 == bytes.length) {
                at++;
                continue;
            }
            Optional<String> own = emoji.shiftJis(lead << 8 | (bytes[at + 1] & 0xff));
            if (own.isPresent()) {
                Optional<String> before = strict(Arrays.copyOfRange(bytes, from, at), CP932);
                if (before.isEmpty()) {
                    return before;
                }
                text.append(before.get()).append(own.get());
                from = at + 2;
            }
            at += 2;
        }
        Optional<String> rest = strict(Arrays.copyOfRange(bytes, from, bytes.length), CP932);
        return rest.map(last -> text.append(last).toString());
    }

    private static String jis(byte[] bytes) {
        String text = new String(bytes, JIS);
        return text.indexOf('\ufffd') < 0
                ? text
                : new String(bytes, MORE_JIS)
                        .replace('\u301c', '\uff5e')
                        .replace('\u2212', '\uff0d');
    }

    /** A header as it stands in the mail, each byte a character. */
    static String header(String raw, Carrier carrier) {
        StringBuilder text = new StringBuilder();
        Matcher word = WORD.matcher(raw);
        ByteArrayOutputStream pending = new ByteArrayOutputStream();
        String label = "";
        int end = 0;
        while (word.find()) {
            String between = raw.substring(end, word.start());
            boolean joined = pending.size() > 0 && between.isBlank();
            String named = word.group(1).replaceFirst("\\*.*", "");
            if (!joined || !named.equalsIgnoreCase(label)) {
                text.append(decode(pending.toByteArray(), label, carrier));
                pending.reset();
                label = named;
            }
            if (!joined) {
                text.append(plain(between, carrier));
            }
            byte[] content = content(word.group(2), word.group(3));
            pending.write(content, 0, content.length);
            end = word.end();
        }
        return text.append(decode(pending.toByteArray(), label, carrier))
                .append(plain(raw.substring(end), carrier))
                .toString();
    }

    private static String plain(String raw, Carrier carrier) {
        return decode(raw.getBytes(StandardCharsets.ISO_8859_1), "", carrier);
    }

    private static byte[] content(String how, String coded) {
        if (how.equalsIgnoreCase("b")) {
            try {
                return Base64.getMimeDecoder().decode(coded);
            } catch (IllegalArgumentException e) {
                return coded.getBytes(StandardCharsets.ISO_8859_1);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < coded.length(); i++) {
            char c = coded.charAt(i);
            boolean hex =
                    c == '='
                            && i + 2 < coded.length()
                            && Character.digit(coded.charAt(i + 1), 16) >= 0
                            && Character.digit(coded.charAt(i + 2), 16) >= 0;
            if (hex) {
                out.write(Integer.parseInt(coded.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.write(c == '_' ? ' ' : c);
            }
        }
        return out.toByteArray();
    }

    private static Optional<String> strict(byte[] bytes, Charset charset) {
        try {
            return Optional.of(charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** Whether it is UTF-8 but for its last character. */
    private static boolean isCut(byte[] bytes) {
        for (int less = 1; less <= 3 && less <= bytes.length; less++) {
            byte[] head = Arrays.copyOf(bytes, bytes.length - less);
            if (strict(head, StandardCharsets.UTF_8).isPresent()) {
                return true;
            }
        }
        return false;
    }

    private static Charset named(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException unknown) {
            return StandardCharsets.UTF_8;
        }
    }
}
