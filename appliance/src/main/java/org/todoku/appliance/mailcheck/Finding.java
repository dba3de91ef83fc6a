package org.todoku.appliance.mailcheck;

import java.util.List;

/**
 * One thing that DNS should say.
 *
 * @param name where it stands
 * @param found what stands there now
 * @param wanted what should be written there, as a record's content; empty when nothing need be
 * @param detail what is wrong, or was seen, in a machine's words; may be empty
 */
public record Finding(
        Kind kind, State state, String name, List<String> found, String wanted, String detail) {
    public Finding {
        found = List.copyOf(found);
    }

    /** What it is about. */
    public enum Kind {
        /** Where mail to us goes. */
        MX("mx", "MX"),
        /** Which machines may send for us. */
        SPF("spf", "TXT"),
        /** The key that our signatures are checked with. */
        DKIM("dkim", "TXT"),
        /** What is to be done with mail that only claims to be ours. */
        DMARC("dmarc", "TXT"),
        /** The name of the machine that sends. */
        PTR("ptr", "PTR");

        private final String code;
        private final String type;

        Kind(String code, String type) {
            this.code = code;
            this.type = type;
        }

        public String code() {
            return code;
        }

        /** The type of the record. */
        public String type() {
            return type;
        }
    }

    /** How it stands. */
    public enum State {
        GOOD("good"),
        MISSING("missing"),
        WRONG("wrong"),
        /** No answer, or nothing to compare with. */
        UNKNOWN("unknown");

        private final String code;

        State(String code) {
            this.code = code;
        }

        public String code() {
            return code;
        }
    }
}
