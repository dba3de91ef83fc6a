package org.todoku.appliance.delivery.bounce;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads a refusal as its sender meant it. The carriers use the same words for different things: the
 * stage of the dialogue, and whether the address is named, tell them apart (FIELD-NOTES 4.2; the
 * tables of Sisimai for docomo and KDDI are where that was learnt).
 */
public final class Refusals {
    /** The whole mail was given over when it was refused. */
    private static final String AFTER_DATA = "data";

    private static final Pattern STATUS =
            Pattern.compile("\\b([245])\\.(\\d{1,3})\\.(\\d{1,3})\\b");

    /** au names the address when there is none such, and does not when a filter refused it. */
    private static final Pattern AU_WITH_ADDRESS =
            Pattern.compile("<[^>@]+@[^>]+>\\s*:?.*user unknown", Pattern.CASE_INSENSITIVE);

    private static final Pattern UNKNOWN =
            words(
                    "unknown user|user unknown|no such user|user not found|unknown recipient"
                            + "|recipient (?:address )?(?:rejected|unknown|not found)|invalid recipient"
                            + "|(?:mailbox|address|account|user|recipient)[^.]{0,40}(?:does ?n.t exist|does not exist"
                            + "|not found|unavailable|unknown)|no mailbox|not a valid (?:mailbox|recipient|user)"
                            + "|no longer (?:valid|available|exists)|does ?n.t have an? [^ ]+ account|unrouteable address|no such (?:address|mailbox|person)"
                            + "|addressee unknown|宛先.{0,20}(?:存在し|見つかり)ません|存在しない|該当する?(?:ユーザ|メールアドレス).{0,10}ありません");
    private static final Pattern FULL =
            words(
                    "mailbox (?:is )?full|over ?quota|quota exceeded|exceeded.{0,20}(?:quota|storage)|insufficient.{0,20}storage"
                            + "|too much mail data|out of storage|容量.{0,10}(?:超|いっぱい)|メールボックスが一杯");
    private static final Pattern SUSPENDED =
            words(
                    "account is disabled|temporarily limited|account.{0,30}(?:suspended|disabled|locked|inactive|deactivated)"
                            + "|user is suspended|利用停止|休止");
    private static final Pattern LARGE =
            words(
                    "message (?:is )?too (?:large|big)|size exceeds|exceeds.{0,30}(?:size|limit)|too large|line too long|サイズ.{0,10}超");
    private static final Pattern NOT_WANTED =
            words(
                    "spam|blocked|blacklist|block ?list|reputation|policy|dmarc|spf|dkim|not authorized|access denied"
                            + "|relay(?:ing)? (?:access )?denied|rejected due to|迷惑メール");
    private static final Pattern FILTERED =
            words(
                    "refused by (?:the )?(?:user|recipient)|recipient.{0,20}refus|受信拒否|指定受信|拒否設定|rejected by (?:user|recipient)");
    private static final Pattern NO_HOST =
            words(
                    "host (?:or domain name )?not found|domain.{0,20}(?:not found|does not exist)|name or service not known|nxdomain"
                            + "|no (?:mx|route to host)|unknown host|bad destination host");
    private static final List<String> CARRIERS = List.of("docomo", "au", "SoftBank", "Rakuten");

    private Refusals() {}

    /**
     * Judges one refusal.
     *
     * @param destination whose system it is, as {@code docomo} or a domain
     * @param stage at which it was said: {@code mail}, {@code rcpt}, {@code data}, or empty where a
     *     notice does not tell
     * @param response the answer, or what a notice quotes of it
     */
    public static Reason judge(String destination, String stage, String response) {
        String text = response.toLowerCase(Locale.ROOT);
        var status = STATUS.matcher(text);
        boolean found = status.find();
        if (text.startsWith("4") || (found && status.group(1).equals("4"))) {
            return Reason.DELAYED;
        }
        if (destination.equals("docomo") && UNKNOWN.matcher(text).find()) {
            boolean filter = stage.equals(AFTER_DATA) || text.contains("5.2.0");
            return filter ? Reason.FILTERED : Reason.UNKNOWN_USER;
        }
        if (destination.equals("au") && text.contains("user unknown")) {
            return AU_WITH_ADDRESS.matcher(response).find() ? Reason.UNKNOWN_USER : Reason.FILTERED;
        }
        Reason said = byWords(text);
        return said == Reason.OTHER && found ? byStatus(status.group(2), status.group(3)) : said;
    }

    /** Whose mailboxes are phones: there an unknown user never comes back. */
    static boolean isCarrier(String destination) {
        return CARRIERS.contains(destination);
    }

    private static Reason byWords(String text) {
        if (FILTERED.matcher(text).find()) {
            return Reason.FILTERED;
        }
        if (SUSPENDED.matcher(text).find()) {
            return Reason.SUSPENDED;
        }
        if (FULL.matcher(text).find()) {
            return Reason.FULL;
        }
        if (NOT_WANTED.matcher(text).find()) {
            return Reason.NOT_WANTED;
        }
        if (NO_HOST.matcher(text).find()) {
            return Reason.NO_HOST;
        }
        if (UNKNOWN.matcher(text).find()) {
            return Reason.UNKNOWN_USER;
        }
        return LARGE.matcher(text).find() ? Reason.TOO_LARGE : Reason.OTHER;
    }

    /** RFC 3463. */
    private static Reason byStatus(String subject, String detail) {
        return switch (subject + "." + detail) {
            case "1.1", "1.3", "1.6", "1.10" -> Reason.UNKNOWN_USER;
            case "1.2", "4.4" -> Reason.NO_HOST;
            case "2.1" -> Reason.SUSPENDED;
            case "2.2" -> Reason.FULL;
            case "2.3", "3.4" -> Reason.TOO_LARGE;
            default -> subject.equals("7") ? Reason.NOT_WANTED : Reason.OTHER;
        };
    }

    private static Pattern words(String expression) {
        return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
    }
}
