package org.todoku.appliance.kernel;

import java.util.Locale;

/** The languages that people see. */
public enum Language {
    JA(Locale.JAPANESE),
    EN(Locale.ENGLISH);

    private final Locale locale;

    Language(Locale locale) {
        this.locale = locale;
    }

    public Locale locale() {
        return locale;
    }

    /** The tag in HTML and in file names: {@code ja}, {@code en}. */
    public String tag() {
        return locale.getLanguage();
    }
}
