package org.todoku.appliance.delivery;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.message.Markdown;
import org.todoku.appliance.message.Markup;

/** The words of a message's mails: what is said to all, and what to each. Thread-safe. */
final class MailBodies {
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final Texts TEXTS = Texts.of(MailBodies.class);

    private final Language language;

    MailBodies(Language language) {
        this.language = language;
    }

    String subject(MessageHead message, boolean late) {
        return late
                ? TEXTS.text(language, "mail.late.subject", message.subject())
                : message.subject();
    }

    /** What everybody gets. */
    String text(MessageHead message, boolean late) {
        return (late ? lateness(message) + "\n\n" : "") + message.body() + "\n\n" + ask(message);
    }

    /** How to say that one has read it, and how to leave. */
    String footer(MessageHead message, String link, String address) {
        String network = NetworkName.of(language, message.organisation());
        return TEXTS.text(language, "mail.footer", network, link, address);
    }

    /** The same as HTML; empty when the text is meant as it stands. */
    String html(MessageHead message, boolean late, String note) {
        if (message.markup() == Markup.PLAIN) {
            return "";
        }
        StringBuilder html =
                new StringBuilder("<!DOCTYPE html>\n<html lang=\"")
                        .append(language.tag())
                        .append(
                                "\"><body style=\"font-family:sans-serif;font-size:16px;line-height:1.8;"
                                        + "max-width:40em;margin:0 auto;padding:12px\">\n");
        if (late) {
            html.append("<p><strong>").append(escaped(lateness(message))).append("</strong></p>\n");
        }
        html.append(Markdown.html(message.body()));
        for (String more : new String[] {ask(message).strip(), note.strip()}) {
            if (!more.isEmpty()) {
                html.append("<p>").append(escaped(more).replace("\n", "<br>\n")).append("</p>\n");
            }
        }
        return html.toString();
    }

    /** What follows it for each. */
    String htmlEnd(MessageHead message, String link, String address) {
        return TEXTS.text(
                language,
                "mail.footer.html",
                escaped(NetworkName.of(language, message.organisation())),
                escaped(link),
                escaped(address));
    }

    /** Said first, so that nobody takes it for news. */
    private String lateness(MessageHead message) {
        String time =
                DateTimeFormatter.ofPattern(
                                TEXTS.text(language, "mail.late.time"), language.locale())
                        .format(message.times().sendAt().atZone(ZONE));
        return TEXTS.text(language, "mail.late", time);
    }

    /** How to answer, for one who reads only the mail. */
    private String ask(MessageHead message) {
        return message.survey()
                .map(
                        survey ->
                                TEXTS.text(
                                        language,
                                        "mail.ask",
                                        String.join(" / ", survey.choices()),
                                        String.join(
                                                TEXTS.text(language, "mail.or"), survey.marks())))
                .orElse("");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
