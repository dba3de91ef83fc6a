package org.todoku.appliance.member;

import java.util.Optional;

/** What a member's mails are written in. */
public enum MailCharset {
    /** Every phone since 2011 or so reads it. */
    UTF_8("utf-8"),
    /** For older ones: 7 bits, and only the characters of JIS X 0208. */
    ISO_2022_JP("iso-2022-jp");

    private final String code;

    MailCharset(String code) {
        this.code = code;
    }

    /** As MIME names it. */
    public String code() {
        return code;
    }

    /** As the database has it: nothing for what is usual. */
    public Optional<String> stored() {
        return this == UTF_8 ? Optional.empty() : Optional.of(code);
    }

    /** What the database has. */
    public static MailCharset stored(Optional<String> code) {
        return code.filter(ISO_2022_JP.code::equals).isPresent() ? ISO_2022_JP : UTF_8;
    }
}
