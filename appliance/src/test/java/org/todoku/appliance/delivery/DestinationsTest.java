package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DestinationsTest {
    @Test
    void carriersAreOneDestinationEach() {
        assertThat(
                        List.of(
                                        "docomo.ne.jp",
                                        "EZWEB.ne.jp",
                                        "au.com",
                                        "t.vodafone.ne.jp",
                                        "i.softbank.jp",
                                        "googlemail.com",
                                        "yahoo.co.jp",
                                        "school.example.jp")
                                .stream()
                                .map(Destinations::of))
                .containsExactly(
                        "docomo",
                        "au",
                        "au",
                        "SoftBank",
                        "SoftBank",
                        "Gmail",
                        "Yahoo! JAPAN",
                        "school.example.jp");
    }
}
