package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntentTest {
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    '', '', JOIN
                    空メール, 'iPhoneから送信', JOIN
                    Re: 登録, '-- \\n山田太郎\\n緑町1-2', JOIN
                    '', '> 退会するには件名を退会にして', JOIN
                    退会, '', LEAVE
                    '', ' ｢退会｣ \\n', LEAVE
                    Re: 運動会, '退会します。\\n\\n> 運動会は', LEAVE
                    unsubscribe, '', LEAVE
                    退会の方法を教えてください, 'よろしくお願いします', OTHER
                    欠席, '熱があります', OTHER
                    """)
    void readsWhatPeopleReallyWrite(String subject, String text, Intent intent) {
        assertThat(Intent.of(subject, text.replace("\\n", "\n"))).isEqualTo(intent);
    }
}
