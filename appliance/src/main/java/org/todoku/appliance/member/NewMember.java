package org.todoku.appliance.member;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * What is known of a person who joins, or of one after a change.
 *
 * <p>Kana and profile values are folded with NFKC (half-width kana and full-width digits come from
 * many lists); the name is not, because 髙 and 﨑 are how people write themselves.
 *
 * @param profile item name → values
 * @param number the organisation's own number for this person, if it keeps one
 */
public record NewMember(
        String name,
        String kana,
        List<EmailAddress> emails,
        Map<String, List<String>> profile,
        Optional<String> number) {
    static final int MAX_NAME = 100;
    static final int MAX_VALUE = 200;
    static final int MAX_EMAILS = 10;
    static final int MAX_NUMBER = 64;

    /** Folds and checks; wrong values are an invalid request. */
    public NewMember {
        name = name.strip();
        kana = fold(kana);
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || name.codePoints().anyMatch(Character::isISOControl)) {
            throw invalid(
                    "the name is empty, longer than "
                            + MAX_NAME
                            + " characters or not on one line");
        }
        if (kana.length() > MAX_NAME) {
            throw invalid("the kana are longer than " + MAX_NAME + " characters");
        }
        if (emails.size() > MAX_EMAILS) {
            throw invalid("there are more than " + MAX_EMAILS + " addresses");
        }
        if (number.filter(n -> n.length() > MAX_NUMBER).isPresent()) {
            throw invalid("the number is longer than " + MAX_NUMBER + " characters");
        }
        emails = List.copyOf(emails);
        profile = foldAll(profile);
    }

    public NewMember(
            String name,
            String kana,
            List<EmailAddress> emails,
            Map<String, List<String>> profile) {
        this(name, kana, emails, profile, Optional.empty());
    }

    /** NFKC without blanks at the ends. */
    static String fold(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC).strip();
    }

    private static Map<String, List<String>> foldAll(Map<String, List<String>> profile) {
        Map<String, List<String>> folded = new LinkedHashMap<>();
        profile.forEach(
                (item, values) -> {
                    List<String> kept = new ArrayList<>();
                    for (String value : values) {
                        String text = fold(value);
                        if (text.length() > MAX_VALUE) {
                            throw invalid(
                                    "a value of \""
                                            + item
                                            + "\" is longer than "
                                            + MAX_VALUE
                                            + " characters");
                        }
                        if (!text.isEmpty() && !kept.contains(text)) {
                            kept.add(text);
                        }
                    }
                    folded.put(fold(item), List.copyOf(kept));
                });
        return folded;
    }

    private static FaultException invalid(String why) {
        return new FaultException(
                Fault.INVALID_REQUEST,
                "take the member",
                why,
                "shorten or complete it and send it again");
    }
}
