package org.todoku.appliance.delivery;

import java.util.Arrays;
import java.util.Locale;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;

/**
 * What mails call an organisation's network: 「青葉小学校 の連絡網」, and its name alone where that says
 * already that it is one.
 */
public final class NetworkName {
    private static final Texts TEXTS = Texts.of(NetworkName.class);

    private NetworkName() {}

    /** In this language; whether the name says it is looked for in each. */
    public static String of(Language language, String organisation) {
        String name = organisation.toLowerCase(Locale.ROOT);
        boolean saysSo =
                Arrays.stream(Language.values())
                        .anyMatch(each -> name.contains(TEXTS.text(each, "network.word")));
        return saysSo ? organisation : TEXTS.text(language, "network.name", organisation);
    }
}
