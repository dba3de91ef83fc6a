package org.todoku.appliance.inbound;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The pictograms of the Japanese carriers' phones, from codes of their own to those of Unicode. The
 * carriers use the same codes for different pictograms, so whose phone it is counts; what is not
 * known for it stays as it is. Immutable.
 *
 * <p>The pairs are Unicode's (EmojiSources.txt, see docs/dependencies.md); how the codes of
 * Shift_JIS stand in Unicode's private area follows by rule.
 */
final class CarrierEmoji {
    private static final String SOURCE = "emoji-sources.txt";

    /** The area that windows-31j gives to users: from F040 on, 188 codes a lead byte. */
    private static final int USER_AREA = 0xe000;

    private static final int USER_LEAD = 0xf0;
    private static final int EACH_LEAD = 188;

    private static final Map<Carrier, CarrierEmoji> ALL = read();

    private final Map<Integer, String> shiftJis = new HashMap<>();
    private final Map<Integer, String> unicode = new HashMap<>();

    private CarrierEmoji() {}

    /** Whose phone a mail was written on, as its address tells. */
    enum Carrier {
        DOCOMO,
        AU,
        SOFTBANK,
        UNKNOWN;

        /** By the domain of an address. */
        static Carrier of(String domain) {
            String name = "." + domain.toLowerCase(Locale.ROOT);
            if (name.endsWith(".docomo.ne.jp")) {
                return DOCOMO;
            }
            if (name.endsWith(".ezweb.ne.jp") || name.endsWith(".au.com")) {
                return AU;
            }
            boolean softbank =
                    Stream.of("softbank.ne.jp", "softbank.jp", "vodafone.ne.jp", "disney.ne.jp")
                            .anyMatch(known -> name.endsWith("." + known));
            return softbank ? SOFTBANK : UNKNOWN;
        }
    }

    /** Those of a carrier; of an unknown one what is most likely. */
    static CarrierEmoji of(Carrier carrier) {
        CarrierEmoji known = ALL.get(carrier);
        if (known == null) {
            throw new IllegalStateException("no pictograms of " + carrier);
        }
        return known;
    }

    /** What two bytes of Shift_JIS stand for. */
    Optional<String> shiftJis(int code) {
        return Optional.ofNullable(shiftJis.get(code));
    }

    /** A text that has codes of the private area in it. */
    String text(String text) {
        if (text.chars().noneMatch(CarrierEmoji::isPrivate)) {
            return text;
        }
        StringBuilder written = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            String one = text.substring(i, i + 1);
            written.append(unicode.getOrDefault((int) text.charAt(i), one));
        }
        return written.toString();
    }

    private static boolean isPrivate(int c) {
        return c >= USER_AREA && c <= 0xf8ff;
    }

    private static Map<Carrier, CarrierEmoji> read() {
        Map<Carrier, CarrierEmoji> all = new HashMap<>();
        List<Carrier> columns = List.of(Carrier.DOCOMO, Carrier.AU, Carrier.SOFTBANK);
        columns.forEach(carrier -> all.put(carrier, new CarrierEmoji()));
        try (InputStream in = CarrierEmoji.class.getResourceAsStream(SOURCE)) {
            if (in == null) {
                throw new IllegalStateException(SOURCE + " is not there");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    String[] parts = line.split(";", -1);
                    for (Carrier carrier : columns) {
                        String code = parts[1 + columns.indexOf(carrier)];
                        CarrierEmoji own = all.get(carrier);
                        if (!code.isEmpty() && own != null) {
                            own.put(carrier, Integer.parseInt(code, 16), emoji(parts[0]));
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        all.put(Carrier.UNKNOWN, likely(all));
        return all;
    }

    /**
     * In Shift_JIS docomo's before the others'; in Unicode SoftBank's, for the first iPhones sent
     * them from any address.
     */
    private static CarrierEmoji likely(Map<Carrier, CarrierEmoji> all) {
        CarrierEmoji likely = new CarrierEmoji();
        for (Carrier carrier : List.of(Carrier.DOCOMO, Carrier.AU, Carrier.SOFTBANK)) {
            // Kanji lie where some of SoftBank's are.
            of(all, carrier)
                    .shiftJis
                    .forEach(
                            (code, emoji) -> {
                                if (code < 0xfa00) {
                                    likely.shiftJis.putIfAbsent(code, emoji);
                                }
                            });
        }
        for (Carrier carrier : List.of(Carrier.SOFTBANK, Carrier.DOCOMO, Carrier.AU)) {
            of(all, carrier).unicode.forEach(likely.unicode::putIfAbsent);
        }
        return likely;
    }

    private static CarrierEmoji of(Map<Carrier, CarrierEmoji> all, Carrier carrier) {
        return all.getOrDefault(carrier, new CarrierEmoji());
    }

    private void put(Carrier carrier, int code, String emoji) {
        shiftJis.put(code, emoji);
        switch (carrier) {
            case DOCOMO -> unicode.put(userArea(code), emoji);
            case AU -> {
                // Two rules are in use: a shift of all, and the user area with one part moved.
                unicode.put(code - 0x700, emoji);
                unicode.put(userArea(code) + (code < 0xf640 ? 0x84c : 0), emoji);
            }
            case SOFTBANK -> unicode.put(webCode(code), emoji);
            case UNKNOWN -> throw new IllegalArgumentException("nobody's pictogram");
        }
    }

    private static int userArea(int code) {
        return USER_AREA + ((code >> 8) - USER_LEAD) * EACH_LEAD + place(code & 0xff);
    }

    /** Six pages, of which two lie at each of three lead bytes. */
    private static int webCode(int code) {
        int trail = code & 0xff;
        int second = trail >= 0xa1 ? 1 : 0;
        int page =
                switch (code >> 8) {
                    case 0xf9 -> second == 0 ? 0 : 3;
                    case 0xf7 -> 1 + second;
                    case 0xfb -> 4 + second;
                    default -> throw new IllegalArgumentException("no such page: " + code);
                };
        int at = second == 0 ? place(trail) - place(0x41) : trail - 0xa1;
        return USER_AREA + page * 0x100 + at + 1;
    }

    /** Trail bytes begin with 40 and leave out 7F. */
    private static int place(int trail) {
        return trail - 0x40 - (trail > 0x7f ? 1 : 0);
    }

    private static String emoji(String codes) {
        StringBuilder text = new StringBuilder();
        for (String code : codes.split(" ")) {
            text.appendCodePoint(Integer.parseInt(code, 16));
        }
        return text.toString();
    }
}
