package org.todoku.appliance.delivery.dkim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.james.jdkim.api.Headers;

/**
 * The header fields of a mail that we wrote, as they stand in it: unlike a mail from elsewhere it
 * needs no parser that forgives.
 */
final class MailHeaders implements Headers {
    private static final byte[] END = {'\r', '\n', '\r', '\n'};

    private final List<String> fields;
    private final int length;

    private MailHeaders(List<String> fields, int length) {
        this.fields = fields;
        this.length = length;
    }

    /**
     * @throws IllegalArgumentException when it has no empty line after its fields
     */
    static MailHeaders of(byte[] mail) {
        int end = end(mail);
        String block = new String(mail, 0, end, StandardCharsets.UTF_8);
        List<String> fields = new ArrayList<>();
        for (String line : block.split("\r\n", -1)) {
            boolean continues =
                    !line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t');
            if (continues) {
                fields.add(fields.removeLast() + "\r\n" + line);
            } else {
                fields.add(line);
            }
        }
        return new MailHeaders(fields, end + END.length);
    }

    private static int end(byte[] mail) {
        for (int i = 0; i + END.length <= mail.length; i++) {
            if (mail[i] == '\r'
                    && java.util.Arrays.equals(mail, i, i + END.length, END, 0, END.length)) {
                return i;
            }
        }
        throw new IllegalArgumentException("a mail without an end of its header");
    }

    /** Bytes before the body. */
    int length() {
        return length;
    }

    @Override
    public List<String> getFields() {
        return List.copyOf(fields);
    }

    @Override
    public List<String> getFields(String name) {
        List<String> found = new ArrayList<>();
        for (String field : fields) {
            int colon = field.indexOf(':');
            if (colon == name.length() && field.regionMatches(true, 0, name, 0, colon)) {
                found.add(field);
            }
        }
        return found;
    }
}
