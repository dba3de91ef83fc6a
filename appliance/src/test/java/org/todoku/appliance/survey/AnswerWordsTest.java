package org.todoku.appliance.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.Survey;

/** What people really write. */
class AnswerWordsTest {
    private static final Survey OUTING = new Survey(List.of("○ 参加", "× 不参加", "△ 未定"));

    @ParameterizedTest
    @CsvSource({
        "○, 0",
        "〇, 0",
        "◯, 0",
        "o, 0",
        "Ｏ, 0",
        "0, 0",
        "まる, 0",
        "○です。, 0",
        "○ 参加, 0",
        "○参加します, 0",
        "参加, 0",
        "参加します！, 0",
        "参加させていただきます。, 0",
        "「○」, 0",
        "了解しました, 0",
        "はい, 0",
        "1, 0",
        "１番, 0",
        "×, 1",
        "✕, 1",
        "ｘ, 1",
        "❌, 1",
        "不参加です, 1",
        "×不参加でお願いします, 1",
        "ばつ, 1",
        "2, 1",
        "△, 2",
        "▲, 2",
        "未定です, 2",
        "さんかく, 2",
    })
    void readsOneChoice(String line, int place) {
        assertThat(AnswerWords.find(OUTING, List.of(line)).place()).contains(place);
    }

    /** A wrong guess is worse than a question back. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "参加できません",
                "参加しません",
                "参加するかもしれません",
                "○か△です",
                "行けたら行きます",
                "4",
                "おはようございます",
                "大丈夫です",
                "o脚ですが参加は難しい"
            })
    void guessesNothing(String line) {
        AnswerWords.Found found = AnswerWords.find(OUTING, List.of(line));
        assertThat(found.place()).isEmpty();
        assertThat(found.why()).contains("none of the choices");
    }

    @Test
    void saysWhyItIsNotClear() {
        assertThat(AnswerWords.find(OUTING, List.of("○", "×")).why()).contains("several");
        assertThat(AnswerWords.find(OUTING, List.of()).why()).contains("no words");
        assertThat(AnswerWords.find(OUTING, List.of("○", "よろしくお願いします")).place()).contains(0);
    }

    @Test
    void readsChoicesWithoutMarks() {
        Survey days = new Survey(List.of("5月1日", "5月2日", "どちらも無理"));
        assertThat(AnswerWords.find(days, List.of("５月２日でお願いします")).place()).contains(1);
        assertThat(AnswerWords.find(days, List.of("3")).place()).contains(2);
        assertThat(days.marks()).containsExactly("5月1日", "5月2日", "どちらも無理");
        assertThat(OUTING.marks()).containsExactly("○", "×", "△");
    }

    @Test
    void choicesAreFewAndDifferent() {
        for (List<String> wrong :
                List.of(
                        List.of("○"),
                        List.of("○", " ○"),
                        List.of("○", ""),
                        List.of("○", "x".repeat(41)))) {
            assertThatThrownBy(() -> new Survey(wrong))
                    .isInstanceOf(FaultException.class)
                    .hasMessageContaining("survey");
        }
    }
}
