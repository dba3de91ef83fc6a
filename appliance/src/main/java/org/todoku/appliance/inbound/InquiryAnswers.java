package org.todoku.appliance.inbound;

import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * What those who write to an organisation are answered by itself; nothing, unless it wants to.
 * Thread-safe.
 */
public final class InquiryAnswers {
    private static final int MAX = 1000;

    private final Database database;

    public InquiryAnswers(Database database) {
        this.database = database;
    }

    /**
     * The answer, in both languages; one of the two may be empty.
     *
     * @param on whether it is given at all
     */
    public record Words(boolean on, String ja, String en) {
        static final Words NONE = new Words(false, "", "");

        public Words {
            ja = ja.replace("\r\n", "\n").strip();
            en = en.replace("\r\n", "\n").strip();
            if (ja.length() > MAX || en.length() > MAX) {
                throw invalid("a text is longer than " + MAX + " characters");
            }
            if (on && ja.isEmpty() && en.isEmpty()) {
                throw invalid("there is no text to answer with");
            }
        }

        /** As it stands in the mail. */
        String both() {
            return ja.isEmpty() || en.isEmpty() ? ja + en : ja + "\n\n" + en;
        }
    }

    public Words words(OrganisationId organisation) {
        return database.read(tx -> words(tx, organisation));
    }

    Words words(Tx tx, OrganisationId organisation) {
        return tx.queryOne(
                        "SELECT inquiry_answer, inquiry_answer_ja, inquiry_answer_en FROM organisation WHERE id = ?"
                                + tx.dialect().stale(),
                        row ->
                                new Words(
                                        row.bool("inquiry_answer"),
                                        row.text("inquiry_answer_ja"),
                                        row.text("inquiry_answer_en")),
                        organisation.value())
                .orElse(Words.NONE);
    }

    /** Holds for the mails that are looked at from now on. */
    public void set(OrganisationId organisation, Words words) {
        database.change(
                tx ->
                        tx.update(
                                """
                                UPDATE organisation SET inquiry_answer = ?, inquiry_answer_ja = ?,
                                  inquiry_answer_en = ? WHERE id = ?""",
                                words.on(),
                                words.ja(),
                                words.en(),
                                organisation.value()));
    }

    private static FaultException invalid(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "set the answer to inquiries",
                why,
                "write a short text in Japanese, English or both");
    }
}
