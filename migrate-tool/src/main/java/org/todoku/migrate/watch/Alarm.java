package org.todoku.migrate.watch;

import java.util.Locale;

/** What can be wrong; the text of each stands in the bundle under {@link #key}. */
public enum Alarm {
    /** No sign of life for three minutes. */
    SILENT("alarm.silent"),
    /** Neither disk nor archive takes what is written. */
    ISOLATED("alarm.isolated"),
    /** The data disk does not answer. */
    STALLED("alarm.stalled"),
    /** The place that is watched cannot be read. */
    UNREAD("alarm.unread"),
    /** The archive is more than a minute behind. */
    LAG("alarm.lag"),
    /** The newest base is more than a day old. */
    BASE("alarm.base"),
    /** The last drill that passed is more than a week old, or there was none. */
    DRILL("alarm.drill"),
    /** The last verification found damage. */
    DAMAGED("alarm.damaged"),
    /** A relay would take no mail, or none leaves although some wait. */
    MAIL("alarm.mail");

    private final String key;

    Alarm(String key) {
        this.key = key;
    }

    /** Of its text. */
    public String key() {
        return key;
    }

    /** For programs. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
