package org.todoku.appliance.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.todoku.appliance.member.MailCharset;

/**
 * A message that is rendered once and filled in for each person, because the mail library takes
 * longer for a mail than the network, the signature and the ledger together. Immutable.
 */
final class MailTemplate {
    /** 57 bytes are one line of 76 letters (RFC 2045 section 6.8). */
    private static final int LINE = 57;

    private static final byte[] CRLF = {'\r', '\n'};

    /** What differs from person to person; stands for itself in the rendered mail. */
    enum Slot {
        TO("todoku-to-stands-here"),
        ID("<todoku-id-stands-here@invalid>"),
        LEAVE("<todoku-leave-stands-here>"),
        REPLY("todoku-reply-stands-here"),
        BODY("todoku-body-stands-here"),
        HTML("todoku-html-stands-here");

        private final String mark;

        Slot(String mark) {
            this.mark = mark;
        }

        /** What to render in its place. */
        String mark() {
            return mark;
        }
    }

    private final List<Piece> pieces;
    private final MailCharset charset;
    private final Begun text;
    private final Begun html;

    private sealed interface Piece {}

    // Never compared, never changed.
    @SuppressWarnings("ArrayRecordComponent")
    private record Fixed(byte[] bytes) implements Piece {}

    private record Gap(Slot slot) implements Piece {}

    private record Found(Slot slot, int at) {}

    /**
     * One person's part.
     *
     * @param leave the value of List-Unsubscribe
     * @param reply where an answer goes
     * @param text what follows the common text, with CRLF
     * @param html what follows the common HTML
     */
    record Person(String to, String mailId, String leave, String reply, String text, String html) {}

    /**
     * What is the same for all.
     *
     * @param text what all bodies begin with, with CRLF
     * @param html the same as HTML; empty when there is none
     */
    record Common(MailCharset charset, String text, String html) {}

    /** The beginning of a body: whole lines of it, and what is left over. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, never changed
    private record Begun(byte[] encoded, byte[] rest) {
        static Begun of(String text, MailCharset charset) {
            if (charset == MailCharset.ISO_2022_JP) {
                return new Begun(OldPhones.bytes(text), new byte[0]);
            }
            byte[] common = text.getBytes(StandardCharsets.UTF_8);
            int whole = common.length / LINE * LINE;
            return new Begun(
                    lines(Arrays.copyOf(common, whole)),
                    Arrays.copyOfRange(common, whole, common.length));
        }

        void goOn(ByteArrayOutputStream mail, String text, MailCharset charset) {
            mail.writeBytes(encoded);
            if (charset == MailCharset.ISO_2022_JP) {
                mail.writeBytes(OldPhones.bytes(text));
                return;
            }
            byte[] own = text.getBytes(StandardCharsets.UTF_8);
            byte[] last = Arrays.copyOf(rest, rest.length + own.length);
            System.arraycopy(own, 0, last, rest.length, own.length);
            mail.writeBytes(lines(last));
        }

        long bytes() {
            return (long) encoded.length + rest.length;
        }
    }

    /**
     * @param rendered a whole mail with the marks in it, each once, the body's as the only content
     *     of a part that says it is UTF-8 in base64, or ISO-2022-JP in 7 bits; the mark of the HTML
     *     only where there is some
     */
    MailTemplate(byte[] rendered, Common common) {
        String mail = new String(rendered, StandardCharsets.ISO_8859_1);
        List<Found> found = new ArrayList<>();
        for (Slot slot : Slot.values()) {
            int at = mail.indexOf(slot.mark());
            if (at < 0 && slot == Slot.HTML && common.html.isEmpty()) {
                continue;
            }
            if (at < 0) {
                throw new IllegalArgumentException("no place for " + slot + " in the mail");
            }
            found.add(new Found(slot, at));
        }
        found.sort((a, b) -> Integer.compare(a.at, b.at));
        this.pieces = new ArrayList<>();
        int from = 0;
        for (Found one : found) {
            pieces.add(new Fixed(Arrays.copyOfRange(rendered, from, one.at)));
            pieces.add(new Gap(one.slot));
            from = one.at + one.slot.mark().length();
        }
        pieces.add(new Fixed(Arrays.copyOfRange(rendered, from, rendered.length)));
        this.charset = common.charset;
        this.text = Begun.of(common.text, charset);
        this.html = Begun.of(common.html, charset);
    }

    /** How much memory it takes, about. */
    long bytes() {
        long sum = text.bytes() + html.bytes();
        for (Piece piece : pieces) {
            sum += piece instanceof Fixed(byte[] bytes) ? bytes.length : 0;
        }
        return sum;
    }

    /** The mail for one person. */
    byte[] fill(Person person) {
        ByteArrayOutputStream mail = new ByteArrayOutputStream((int) bytes() + 1024);
        for (Piece piece : pieces) {
            switch (piece) {
                case Fixed(byte[] bytes) -> mail.writeBytes(bytes);
                case Gap(Slot slot) -> fill(mail, slot, person);
            }
        }
        return mail.toByteArray();
    }

    private void fill(ByteArrayOutputStream mail, Slot slot, Person person) {
        switch (slot) {
            case TO -> mail.writeBytes(person.to.getBytes(StandardCharsets.UTF_8));
            case ID -> mail.writeBytes(person.mailId.getBytes(StandardCharsets.US_ASCII));
            case LEAVE -> mail.writeBytes(person.leave.getBytes(StandardCharsets.US_ASCII));
            case REPLY -> mail.writeBytes(person.reply.getBytes(StandardCharsets.US_ASCII));
            case BODY -> text.goOn(mail, person.text, charset);
            case HTML -> html.goOn(mail, person.html, charset);
        }
    }

    /** Whole lines, each with its end. */
    private static byte[] lines(byte[] content) {
        if (content.length == 0) {
            return content;
        }
        byte[] lines = Base64.getMimeEncoder(76, CRLF).encode(content);
        byte[] ended = Arrays.copyOf(lines, lines.length + CRLF.length);
        System.arraycopy(CRLF, 0, ended, lines.length, CRLF.length);
        return ended;
    }
}
