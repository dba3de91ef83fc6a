package org.todoku.migrate.watch;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;

/**
 * One message to people: what is wrong now, and what is right again.
 *
 * @param source what was looked at
 */
public record Alert(Instant at, String source, Set<Alarm> wrong, Set<Alarm> rightAgain) {
    private static final Texts TEXTS = Texts.of(Alert.class);

    public Alert {
        wrong = Set.copyOf(wrong);
        rightAgain = Set.copyOf(rightAgain);
    }

    /** For the subject of a mail: both languages. */
    public String subject() {
        String key = wrong.isEmpty() ? "subject.right" : "subject.wrong";
        return TEXTS.text(Language.JA, key) + " / " + TEXTS.text(Language.EN, key);
    }

    /** The whole, in both languages. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Language language : List.of(Language.JA, Language.EN)) {
            text.append(TEXTS.text(language, "text.head", source, at.toString())).append('\n');
            for (Alarm alarm : new TreeSet<>(wrong)) {
                text.append("  ✗ ").append(TEXTS.text(language, alarm.key())).append('\n');
            }
            for (Alarm alarm : new TreeSet<>(rightAgain)) {
                text.append("  ✓ ")
                        .append(TEXTS.text(language, "text.again"))
                        .append(TEXTS.text(language, alarm.key()))
                        .append('\n');
            }
            text.append(TEXTS.text(language, wrong.isEmpty() ? "text.right" : "text.todo"))
                    .append("\n\n");
        }
        return text.toString().strip() + "\n";
    }

    /** One line in English, for a terminal. */
    public String line() {
        List<String> words =
                new TreeSet<>(wrong)
                        .stream().map(alarm -> TEXTS.text(Language.EN, alarm.key())).toList();
        return words.isEmpty()
                ? TEXTS.text(Language.EN, "subject.right")
                : String.join("; ", words);
    }
}
