package org.todoku.appliance.member;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.todoku.appliance.kernel.FaultException;

/** Programs whose lists are understood. */
public enum ForeignFormat {
    /** Subscribers as CSV from the console, or as JSON from {@code GET /api/subscribers}. */
    LISTMONK,
    /**
     * What {@code mailman members} (3) or {@code list_members} (2) print, or JSON of the REST
     * roster.
     */
    MAILMAN,
    /** Subscribers as CSV or with tabs. */
    PHPLIST;

    /** As people type it. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The format of this name. */
    public static Optional<ForeignFormat> of(String code) {
        for (ForeignFormat format : values()) {
            if (format.code().equals(code)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /**
     * What a CSV file is by its header. A list that was taken for an ordinary one would be mailed
     * whoever had refused that.
     */
    static Optional<ForeignFormat> detect(byte[] csv) {
        String header;
        try {
            header = RosterText.lines(csv).getFirst().toLowerCase(Locale.ROOT);
        } catch (FaultException e) {
            return Optional.empty(); // The reader says what is wrong with it.
        }
        List<String> names = List.of(header.replace("\"", "").split("[,\t]", -1));
        if (names.containsAll(List.of("uuid", "email", "status"))) {
            return Optional.of(LISTMONK);
        }
        boolean phplist =
                names.contains("list membership")
                        || names.stream().anyMatch(name -> name.matches("is this .* blacklisted"));
        return phplist && names.contains("email") ? Optional.of(PHPLIST) : Optional.empty();
    }

    ForeignReader reader() {
        return switch (this) {
            case LISTMONK -> new ListmonkReader();
            case MAILMAN -> new MailmanReader();
            case PHPLIST -> new PhpListReader();
        };
    }
}
