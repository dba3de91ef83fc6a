package org.todoku.appliance.member;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * The bytes of a list as physical lines: finds out the encoding that Excel, a Mac or a phone used.
 *
 * <p>Order of the guesses: a byte order mark; UTF-16 by its zero bytes; UTF-8 when nearly all of it
 * is well-formed UTF-8; else CP932 (windows-31j, Excel's "CSV" in Japan). Bytes that do not decode
 * become U+FFFD and are reported with their line.
 */
final class RosterText {
    static final int MAX_BYTES = 10 * 1024 * 1024;
    static final char UNDECODABLE = '\uFFFD';

    private static final Charset CP932 = Charset.forName("windows-31j");

    private RosterText() {}

    static List<String> lines(byte[] csv) {
        if (csv.length > MAX_BYTES) {
            throw new FaultException(
                    Fault.TOO_LARGE,
                    "read the list",
                    "it has " + csv.length + " bytes; 10 MB are allowed",
                    "split it into several files");
        }
        String text = decode(csv);
        if (!text.isEmpty() && text.charAt(0) == '\uFEFF') {
            text = text.substring(1);
        }
        refuseBinary(text);
        List<String> lines = new ArrayList<>(List.of(text.split("\r\n|\n|\r", -1)));
        while (!lines.isEmpty() && lines.getLast().isBlank()) {
            lines.removeLast();
        }
        return lines;
    }

    private static String decode(byte[] csv) {
        if (startsWith(csv, 0xEF, 0xBB, 0xBF)) {
            return new String(csv, StandardCharsets.UTF_8);
        }
        if (startsWith(csv, 0xFF, 0xFE) || zerosAt(csv, 1)) {
            return new String(csv, StandardCharsets.UTF_16LE);
        }
        if (startsWith(csv, 0xFE, 0xFF) || zerosAt(csv, 0)) {
            return new String(csv, StandardCharsets.UTF_16BE);
        }
        String utf8 = new String(csv, StandardCharsets.UTF_8);
        long broken = utf8.chars().filter(c -> c == UNDECODABLE).count();
        long nonAscii = utf8.chars().filter(c -> c > 0x7f && c != UNDECODABLE).count();
        // In real CP932 text hardly any two bytes happen to be UTF-8; in UTF-8 with a damaged spot
        // nearly all are.
        boolean isUtf8 = broken == 0 || broken * 5 < nonAscii;
        return isUtf8 ? utf8 : new String(csv, CP932);
    }

    private static boolean startsWith(byte[] csv, int... mark) {
        for (int i = 0; i < mark.length; i++) {
            if (csv.length <= i || (csv[i] & 0xff) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * UTF-16 without a mark: every ASCII character (commas, line ends, addresses) has a zero byte
     * beside it.
     */
    private static boolean zerosAt(byte[] csv, int parity) {
        int zeros = 0;
        int others = 0;
        for (int i = 0; i < Math.min(csv.length, 4096); i++) {
            if (csv[i] == 0) {
                if (i % 2 == parity) {
                    zeros++;
                } else {
                    others++;
                }
            }
        }
        // A few zeros on the other side are kanji such as U+4E00.
        return zeros > 4 * others && zeros * 10 >= Math.min(csv.length, 4096);
    }

    private static void refuseBinary(String text) {
        long controls =
                text.chars().filter(c -> c < 0x20 && c != '\t' && c != '\n' && c != '\r').count();
        long undecodable = text.chars().filter(c -> c == UNDECODABLE).count();
        if (text.isBlank() || controls > 0 || undecodable * 10 > text.length()) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "read the list",
                    text.isBlank() ? "the file is empty" : "the file is not a text file",
                    "save the list as CSV (in Excel: \"CSV UTF-8\" or \"CSV\") and send that file");
        }
    }
}
