package org.todoku.appliance.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

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
        BODY("todoku-body-stands-here");

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
    private final byte[] encoded;
    private final byte[] rest;

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
     */
    record Person(String to, String mailId, String leave, String reply, String text) {}

    /**
     * @param rendered a whole mail with the marks in it, each once, the body's as the only content
     *     of a part that says it is UTF-8 in base64
     * @param text what all bodies begin with, with CRLF
     */
    MailTemplate(byte[] rendered, String text) {
        String mail = new String(rendered, StandardCharsets.ISO_8859_1);
        List<Found> found = new ArrayList<>();
        for (Slot slot : Slot.values()) {
            int at = mail.indexOf(slot.mark());
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
        byte[] common = text.getBytes(StandardCharsets.UTF_8);
        int whole = common.length / LINE * LINE;
        this.encoded = lines(Arrays.copyOf(common, whole));
        this.rest = Arrays.copyOfRange(common, whole, common.length);
    }

    /** How much memory it takes, about. */
    long bytes() {
        long sum = (long) encoded.length + rest.length;
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
            case BODY -> {
                mail.writeBytes(encoded);
                byte[] own = person.text.getBytes(StandardCharsets.UTF_8);
                byte[] last = Arrays.copyOf(rest, rest.length + own.length);
                System.arraycopy(own, 0, last, rest.length, own.length);
                mail.writeBytes(lines(last));
            }
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
