package org.todoku.appliance.web;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Texts;

/**
 * What every template is given: the texts of its package and of the shell in the reader's language,
 * the form token, and who is signed in. Made by {@link Pages}.
 */
public final class Screen {
    /**
     * The networks that this is made for live there; an organisation's own zone is not a setting.
     */
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");

    private final Language language;
    private final Texts shell;
    private final Texts own;
    private final StaticFiles files;
    private final Frame frame;

    /**
     * What surrounds a page.
     *
     * @param path where the page lies, for the language switch
     * @param formToken goes into each form
     * @param signedIn who is signed in to which organisation
     * @param section the entry of the navigation that is marked
     */
    public record Frame(
            String path, String formToken, Optional<SignedIn> signedIn, String section) {}

    /** The person and the organisation in the console's head, and how the machine fares now. */
    public record SignedIn(String person, String organisation, SystemState.Snapshot system) {}

    Screen(Call call, Texts shell, Texts own, StaticFiles files, Frame frame) {
        this.language = call.language();
        this.shell = shell;
        this.own = own;
        this.files = files;
        this.frame = frame;
    }

    /** A text of the page's own package. */
    public String t(String key, Object... values) {
        return own.text(language, key, values);
    }

    /** A text of the shell. */
    public String s(String key, Object... values) {
        return shell.text(language, key, values);
    }

    /** The language for {@code lang="…"}. */
    public String lang() {
        return language.tag();
    }

    /** The page in the other language. */
    public String otherLanguagePath() {
        return frame.path() + "?lang=" + (language == Language.JA ? "en" : "ja");
    }

    /** The address of a static file. */
    public String file(String name) {
        return files.address(name);
    }

    /** What surrounds the page. */
    public Frame frame() {
        return frame;
    }

    /** Whether this entry of the navigation is where the reader is. */
    public boolean at(String section) {
        return frame.section().equals(section);
    }

    /** A day and time, short. */
    public String time(Instant instant) {
        return format(instant, "time.pattern");
    }

    /** A day. */
    public String day(Instant instant) {
        return format(instant, "day.pattern");
    }

    /** A time with seconds, for what happens while one watches. */
    public String clock(Instant instant) {
        return format(instant, "clock.pattern");
    }

    /** A number with separators. */
    public String number(long number) {
        return String.format(language.locale(), "%,d", number);
    }

    private String format(Instant instant, String patternKey) {
        return DateTimeFormatter.ofPattern(s(patternKey), language.locale())
                .format(instant.atZone(ZONE));
    }
}
