package org.todoku.appliance.message;

import java.util.List;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/**
 * What a message asks: one of a few choices from each person.
 *
 * @param choices two to eight labels like {@code ○ 参加}; a mark in front, apart by a space, is a
 *     short answer for those who reply by mail
 */
public record Survey(List<String> choices) {
    /** One tap on a phone each; more do not fit on its screen. */
    public static final int MOST = 8;

    private static final int LONGEST = 40;
    private static final String WHAT = "take the message";
    private static final String HINT = "give two to eight different ones, like ○ 参加";

    public Survey {
        choices = choices.stream().map(String::strip).toList();
        if (choices.size() < 2 || choices.size() > MOST) {
            throw wrong("its survey has " + choices.size() + " choices");
        }
        if (choices.stream().distinct().count() != choices.size()) {
            throw wrong("two choices of its survey are the same");
        }
        for (String choice : choices) {
            boolean control = choice.codePoints().anyMatch(Character::isISOControl);
            if (choice.isEmpty() || choice.length() > LONGEST || control) {
                throw wrong("a choice of its survey is empty, or longer than " + LONGEST);
            }
        }
    }

    private static FaultException wrong(String why) {
        return new FaultException(Fault.INVALID_REQUEST, WHAT, why, HINT);
    }

    /** The short forms: the marks, where a choice has one, else the whole of it. */
    public List<String> marks() {
        return choices.stream().map(Survey::mark).toList();
    }

    private static String mark(String choice) {
        int space = choice.replace('\u3000', ' ').indexOf(' ');
        return space == 1 ? choice.substring(0, 1) : choice;
    }
}
