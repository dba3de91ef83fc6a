package org.todoku.appliance.inbound;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the sender of a mail wants, from its subject and its own words.
 *
 * <p>"Empty" mail is rarely empty: phones add signatures and "Sent from my …", some refuse to send
 * without a subject.
 */
enum Intent {
    JOIN,
    LEAVE,
    OTHER;

    private static final Pattern LEAVE_WORDS =
            Pattern.compile(
                    "[「『\\[(【]*退会(届|希望|します|する|したい(です)?|を?(お願い|希望)(いた|致)?します)?[」』\\])】。.!、\\s]*"
                            + "|unsubscribe|leave|stop");
    private static final Pattern JOIN_WORDS =
            Pattern.compile(
                    "(空メール|登録|入会|参加|登録希望|入会希望|join|subscribe|no ?subject|\\(no subject\\)|無題|件名なし|test)?");
    private static final Pattern REPLY =
            Pattern.compile("^((re|fw|fwd|返信|転送)\\s*:\\s*)+", Pattern.CASE_INSENSITIVE);
    private static final Pattern PHONE =
            Pattern.compile(
                    "(?i).*(から送信|からの送信|より送信|で送信(しました)?。?)$|sent from .*|get outlook for .*|.*をお使いの方.*");
    private static final Pattern SIGNATURE = Pattern.compile("--\\s*|[-_=─━*]{4,}.*");
    private static final Pattern QUOTE_HEAD =
            Pattern.compile(
                    "(?i)-+ ?original message ?-+|on .* wrote:|.*(のメール|書きました)[::]|\\d{4}[年/-].*<.*@.*>.*");

    /** A subject without a text this short is taken for one that the phone demanded. */
    private static final int SHORT_SUBJECT = 30;

    static Intent of(String subject, String text) {
        String title = REPLY.matcher(fold(subject)).replaceFirst("").strip();
        List<String> own = ownLines(text);
        boolean leave =
                LEAVE_WORDS.matcher(title).matches()
                        || (!own.isEmpty() && LEAVE_WORDS.matcher(own.getFirst()).matches());
        if (leave) {
            return LEAVE;
        }
        return own.isEmpty() && title.length() <= SHORT_SUBJECT ? JOIN : OTHER;
    }

    /**
     * True when a subject says nothing by itself; a member who writes only a subject may mean
     * something.
     */
    static boolean saysNothing(String subject) {
        return JOIN_WORDS.matcher(REPLY.matcher(fold(subject)).replaceFirst("").strip()).matches();
    }

    /**
     * The lines that the sender wrote now: no quotes, no signature, nothing that the phone added.
     */
    static List<String> ownLines(String text) {
        List<String> own = new ArrayList<>();
        for (String line : text.split("\r\n|\n|\r", -1)) {
            String folded = fold(line);
            if (QUOTE_HEAD.matcher(folded).matches() || SIGNATURE.matcher(folded).matches()) {
                break;
            }
            boolean skip =
                    folded.isEmpty()
                            || folded.startsWith(">")
                            || folded.startsWith("|")
                            || PHONE.matcher(folded).matches();
            if (!skip) {
                own.add(folded);
            }
        }
        return own;
    }

    private static String fold(String line) {
        return Normalizer.normalize(line, Normalizer.Form.NFKC)
                .replaceAll("[\\p{Cf}\\p{Cc}]", "")
                .strip()
                .toLowerCase(Locale.ROOT);
    }
}
