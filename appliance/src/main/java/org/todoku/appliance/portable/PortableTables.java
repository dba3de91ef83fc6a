package org.todoku.appliance.portable;

import static org.todoku.appliance.portable.Field.Kind.ADDRESS_KEY;
import static org.todoku.appliance.portable.Field.Kind.AUDIENCE;
import static org.todoku.appliance.portable.Field.Kind.BYTES;
import static org.todoku.appliance.portable.Field.Kind.FIXED;
import static org.todoku.appliance.portable.Field.Kind.FLAG;
import static org.todoku.appliance.portable.Field.Kind.LINES;
import static org.todoku.appliance.portable.Field.Kind.NUMBER;
import static org.todoku.appliance.portable.Field.Kind.OPTIONAL_REFERENCE;
import static org.todoku.appliance.portable.Field.Kind.OPTIONAL_TEXT;
import static org.todoku.appliance.portable.Field.Kind.OPTIONAL_TIME;
import static org.todoku.appliance.portable.Field.Kind.TEXT;
import static org.todoku.appliance.portable.Field.Kind.TIME;
import static org.todoku.appliance.portable.Field.Kind.UNIQUE;
import static org.todoku.appliance.portable.Field.column;
import static org.todoku.appliance.portable.Field.id;
import static org.todoku.appliance.portable.Field.oneOf;
import static org.todoku.appliance.portable.Field.optionalOneOf;
import static org.todoku.appliance.portable.Field.organisation;
import static org.todoku.appliance.portable.Field.reference;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.todoku.appliance.account.Administrators;

/**
 * What becomes of each table: a file, or nothing, with the reason. A test goes over the catalogue
 * of the database and knows of no third.
 */
final class PortableTables {
    private static final String MEMBER = "member";
    private static final String MESSAGE = "message";
    private static final String STATE = "state";
    private static final String REASON = "reason";
    private static final String CREATED = "created";

    private static final String[] OUTCOMES = {
        "queued", "claimed", "handedOver", "deferred", "refused", "suppressed", "expired", "inDoubt"
    };

    /** The organisation itself stands in the manifest. */
    static final String ORGANISATION = "organisation";

    /** Those that others refer to come first; the order in which they are read in. */
    static final List<PortableTable> ALL =
            List.of(
                    PortableTable.own(
                            "administrators.csv",
                            "administrator",
                            id(),
                            organisation(),
                            column("email", "email", TEXT),
                            column("name", "name", TEXT),
                            new Field(
                                    "",
                                    "password_hash",
                                    FIXED,
                                    Administrators.NO_PASSWORD,
                                    Set.of()),
                            column("role", "role", TEXT),
                            column(CREATED, CREATED, TIME)),
                    PortableTable.own(
                            "members.csv",
                            MEMBER,
                            id(),
                            organisation(),
                            column("name", "name", TEXT),
                            column("kana", "kana", TEXT),
                            oneOf(STATE, STATE, "joined", "left"),
                            column("joined", "joined", TIME),
                            column("left", "left_at", OPTIONAL_TIME),
                            column("number", "external_number", OPTIONAL_TEXT),
                            optionalOneOf("charset", "mail_charset", "iso-2022-jp")),
                    PortableTable.own(
                            "addresses.csv",
                            "contact",
                            id(),
                            organisation(),
                            reference(MEMBER, "member_id", MEMBER),
                            column("address", "address", TEXT),
                            column("", "address_key", ADDRESS_KEY),
                            oneOf(STATE, STATE, "active", "quarantined", "removed"),
                            column(REASON, REASON, OPTIONAL_TEXT)),
                    PortableTable.own(
                            "profile-items.jsonl",
                            "profile_item",
                            id(),
                            organisation(),
                            column("name", "name", TEXT),
                            oneOf("kind", "kind", "text", "single", "multiple"),
                            column("order", "item_order", NUMBER),
                            column("choices", "choices", LINES)),
                    PortableTable.of(
                            "profile-values.csv",
                            "profile_value",
                            "profile_item",
                            "item_id",
                            reference(MEMBER, "member_id", MEMBER),
                            reference("item", "item_id", "profile_item"),
                            column("value", "content", TEXT)),
                    PortableTable.own(
                            "messages.jsonl",
                            MESSAGE,
                            id(),
                            organisation(),
                            column("author", "author", TEXT),
                            column("subject", "subject", TEXT),
                            column("body", "body", TEXT),
                            column("urgent", "urgent", FLAG),
                            column("audience", "audience", AUDIENCE),
                            oneOf(STATE, STATE, "sending", "onHold", "sent", "expired"),
                            column(CREATED, CREATED, TIME),
                            column("sendAt", "send_at", TIME),
                            column("sendNotAfter", "send_not_after", OPTIONAL_TIME),
                            optionalOneOf("whenLate", "when_late", "mark"),
                            optionalOneOf("markup", "markup", "markdown"),
                            column("idempotencyKey", "idempotency_key", TEXT)),
                    PortableTable.of(
                            "attachments.csv",
                            "attachment",
                            MESSAGE,
                            "message_id",
                            reference(MESSAGE, "message_id", MESSAGE),
                            column("place", "place", NUMBER),
                            column("name", "name", TEXT),
                            column("type", "type", TEXT),
                            column("bytes", "bytes", NUMBER),
                            column("sha256", "sha256", TEXT)),
                    PortableTable.of(
                            "deliveries.csv",
                            "delivery",
                            MESSAGE,
                            "message_id",
                            id(),
                            reference(MESSAGE, "message_id", MESSAGE),
                            reference(MEMBER, "member_id", MEMBER),
                            reference("contact", "contact_id", "contact"),
                            column("address", "address", TEXT),
                            column("destination", "destination", TEXT),
                            oneOf("outcome", "outcome", OUTCOMES),
                            column("attempts", "attempts", NUMBER),
                            column(CREATED, CREATED, TIME),
                            column("claimed", "claimed_at", OPTIONAL_TIME),
                            column("finished", "finished_at", OPTIONAL_TIME),
                            column("nextAttempt", "next_attempt", OPTIONAL_TIME),
                            column("stage", "stage", OPTIONAL_TEXT),
                            column("response", "response", OPTIONAL_TEXT),
                            column("relay", "relay", OPTIONAL_TEXT),
                            column("mailId", "mail_id", TEXT),
                            optionalOneOf("charset", "mail_charset", "iso-2022-jp")),
                    PortableTable.of(
                            "reads.csv",
                            "message_read",
                            MESSAGE,
                            "message_id",
                            reference(MESSAGE, "message_id", MESSAGE),
                            reference(MEMBER, "member_id", MEMBER),
                            column("read", "read_at", TIME)),
                    PortableTable.of(
                            "survey-choices.csv",
                            "survey_choice",
                            MESSAGE,
                            "message_id",
                            reference(MESSAGE, "message_id", MESSAGE),
                            column("place", "place", NUMBER),
                            column("label", "label", TEXT)),
                    PortableTable.of(
                            "answers.csv",
                            "answer",
                            MESSAGE,
                            "message_id",
                            reference(MESSAGE, "message_id", MESSAGE),
                            reference(MEMBER, "member_id", MEMBER),
                            column("place", "place", NUMBER),
                            oneOf("source", "source", "page", "mail"),
                            column("answered", "answered_at", TIME)),
                    automaticMails(),
                    receivedMails(),
                    PortableTable.own(
                            "audit.csv",
                            "audit",
                            id(),
                            organisation(),
                            column("happened", "happened", TIME),
                            column("actor", "actor", TEXT),
                            column("act", "act", TEXT),
                            column("detail", "detail", TEXT)));

    /** Tables that are in no file, and why. */
    static final Map<String, String> LEFT_OUT =
            Map.of(
                    "api_token", "a secret; an import makes a new one",
                    "bounce",
                            "a refusal stands in its delivery and what followed in the address; the count"
                                    + " begins anew",
                    "join_request", "whoever waits to be let in is no member yet, and writes again",
                    "proxy_sender", "a right to send goes to nobody by a file; it is given anew",
                    "proxy_draft", "belongs to a right to send, and is over in a day",
                    "message_repeat",
                            "an import sends nothing by itself; whoever wants it sets it anew",
                    "raw_address", "how a receiver wants an address is learnt anew",
                    "setting", "the server's own, and its secret among them",
                    "machine_event", "what happened to the machine belongs to no organisation",
                    "flyway_schema_history", "which tables this program has made");

    private PortableTables() {}

    private static PortableTable automaticMails() {
        return PortableTable.own(
                "automatic-mails.jsonl",
                "outgoing_mail",
                id(),
                organisation(),
                column("to", "recipient", TEXT),
                column("", "recipient_key", ADDRESS_KEY),
                column("cause", "cause", UNIQUE),
                column("inReplyTo", "in_reply_to", OPTIONAL_TEXT),
                column("subject", "subject", TEXT),
                column("body", "body", TEXT),
                oneOf("outcome", "outcome", OUTCOMES),
                column("attempts", "attempts", NUMBER),
                column(CREATED, CREATED, TIME),
                column("claimed", "claimed_at", OPTIONAL_TIME),
                column("finished", "finished_at", OPTIONAL_TIME),
                column("nextAttempt", "next_attempt", OPTIONAL_TIME),
                column("stage", "stage", OPTIONAL_TEXT),
                column("response", "response", OPTIONAL_TEXT),
                column("relay", "relay", OPTIONAL_TEXT));
    }

    private static PortableTable receivedMails() {
        return PortableTable.own(
                "received-mails.jsonl",
                "inbound_mail",
                id(),
                organisation(),
                column("received", "received", TIME),
                column("from", "envelope_from", TEXT),
                column("to", "envelope_to", TEXT),
                column("mailId", "mail_id", UNIQUE),
                column("", "raw", BYTES),
                column("clientIp", "client_ip", OPTIONAL_TEXT),
                column("helo", "helo", OPTIONAL_TEXT),
                column(STATE, STATE, TEXT),
                column("result", "result", OPTIONAL_TEXT),
                column("subject", "subject", OPTIONAL_TEXT),
                column("excerpt", "excerpt", OPTIONAL_TEXT),
                new Field(MEMBER, "member_id", OPTIONAL_REFERENCE, MEMBER, Set.of()));
    }
}
