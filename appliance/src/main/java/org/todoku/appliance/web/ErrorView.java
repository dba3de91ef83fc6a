package org.todoku.appliance.web;

/** What an error page shows: two texts of the shell, and the stable code for whoever helps. */
public record ErrorView(String titleKey, String textKey, String code) {
    static ErrorView of(String key, String code) {
        return new ErrorView(key + ".title", key + ".text", code);
    }
}
