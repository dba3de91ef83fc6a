package org.todoku.appliance.survey;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.todoku.appliance.message.Survey;

/**
 * Finds the choice in a reply. People write ○ as a letter o, a zero or まる, and add "です"; what is
 * not clearly one choice is left to a person.
 */
public final class AnswerWords {
    private static final Map<String, List<String>> SAME =
            Map.of(
                    "○",
                    List.of(
                            "〇", "◯", "⭕", "o", "0", "◎", "まる", "マル", "丸", "はい", "yes", "ok", "了解",
                            "承知", "わかりました", "分かりました"),
                    "×",
                    List.of("x", "✕", "✖", "❌", "╳", "ばつ", "バツ", "ペケ", "いいえ", "no", "ng"),
                    "△",
                    List.of("▲", "🔺", "さんかく", "サンカク", "三角"));

    /** What may stand behind a word without changing it. */
    private static final Pattern POLITE =
            Pattern.compile(
                    "(で(す|お願いします|お願いいたします|お願い致します)|します|しました|いたします|いたしました|致します|させていただきます"
                            + "|させて頂きます|希望(します)?|となります|になります)?[よね]?[。.!、,\\s☆♪]*");

    private AnswerWords() {}

    /**
     * What a reply says.
     *
     * @param place of the choice, from 0; empty when it is not clear
     * @param why it is not clear
     */
    public record Found(Optional<Integer> place, String why) {}

    /**
     * @param lines the sender's own lines, without quotes and signatures
     */
    public static Found find(Survey survey, List<String> lines) {
        Set<Integer> named = new TreeSet<>();
        for (String line : lines) {
            of(survey, fold(line)).ifPresent(named::add);
        }
        if (named.size() == 1) {
            return new Found(Optional.of(named.iterator().next()), "");
        }
        String why =
                lines.isEmpty()
                        ? "it has no words of its own"
                        : named.isEmpty() ? "it names none of the choices" : "it names several";
        return new Found(Optional.empty(), why);
    }

    private static Optional<Integer> of(Survey survey, String line) {
        Optional<Integer> found = Optional.empty();
        for (int place = 0; place < survey.choices().size(); place++) {
            if (names(survey.choices().get(place), place, line)) {
                // Two that read the same when folded: nobody can say which.
                if (found.isPresent()) {
                    return Optional.empty();
                }
                found = Optional.of(place);
            }
        }
        return found;
    }

    private static boolean names(String choice, int place, String line) {
        String whole = fold(choice);
        int space = whole.indexOf(' ');
        String mark = space == 1 ? whole.substring(0, 1) : whole;
        String word = space == 1 ? whole.substring(2).strip() : whole;
        String joined = line.replace(" ", "");
        return says(line, whole)
                || says(joined, whole.replace(" ", ""))
                || says(line, mark)
                || says(line, word)
                || SAME.getOrDefault(mark, List.of()).stream()
                        .map(AnswerWords::fold)
                        .anyMatch(same -> says(line, same) || says(joined, same + word))
                || line.matches((place + 1) + "[番.)]?");
    }

    private static boolean says(String line, String word) {
        return !word.isEmpty()
                && line.startsWith(word)
                && POLITE.matcher(line.substring(word.length())).matches();
    }

    private static String fold(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFKC)
                .replaceAll("[\\p{Cf}\\p{Mn}]", "")
                .replaceAll("^[「『\\[(【\\s]+|[」』\\])】\\s]+$", "")
                .toLowerCase(Locale.ROOT);
    }
}
