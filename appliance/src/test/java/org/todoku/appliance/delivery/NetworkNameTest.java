package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.todoku.appliance.demo.SampleSchool;
import org.todoku.appliance.kernel.Language;

/** What mails call an organisation's network. */
class NetworkNameTest {
    @Test
    void saysOnceThatItIsANetwork() {
        assertThat(NetworkName.of(Language.JA, "青葉小学校")).isEqualTo("青葉小学校 の連絡網");
        assertThat(NetworkName.of(Language.JA, SampleSchool.NAME)).isEqualTo("青葉小学校 連絡網");
        assertThat(NetworkName.of(Language.EN, SampleSchool.NAME)).isEqualTo(SampleSchool.NAME);
        assertThat(NetworkName.of(Language.EN, "Aoba School"))
                .isEqualTo("the contact network of Aoba School");
        assertThat(NetworkName.of(Language.EN, "Aoba Network")).isEqualTo("Aoba Network");
    }
}
