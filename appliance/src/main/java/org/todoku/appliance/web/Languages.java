package org.todoku.appliance.web;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.todoku.appliance.kernel.Language;

/**
 * Which language a reader gets: their own choice, else what the browser asks for, else Japanese.
 */
final class Languages {
    static final String COOKIE = "lang";

    private Languages() {}

    static Optional<Language> of(String tag) {
        for (Language language : Language.values()) {
            if (language.tag().equals(tag)) {
                return Optional.of(language);
            }
        }
        return Optional.empty();
    }

    static Language accepted(String header) {
        try {
            List<Locale.LanguageRange> ranges = Locale.LanguageRange.parse(header);
            return Optional.ofNullable(Locale.lookupTag(ranges, List.of("ja", "en")))
                    .flatMap(Languages::of)
                    .orElse(Language.JA);
        } catch (IllegalArgumentException e) {
            return Language.JA; // A header that cannot be read expresses no preference.
        }
    }
}
