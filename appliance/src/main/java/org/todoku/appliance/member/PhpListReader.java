package org.todoku.appliance.member;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.todoku.appliance.member.Subscriber.Stop;

/**
 * phpList: columns named as its screens name them, then the attributes, then the lists, their names
 * in one cell with blanks between them. A name that holds a blank is known only when it was told.
 */
final class PhpListReader extends ForeignReader {
    private static final Pattern CONFIRMED = Pattern.compile("is this (user|subscriber) confirmed");
    private static final Pattern BLACKLISTED =
            Pattern.compile("is this (user|subscriber) blacklisted");
    private static final Pattern DISABLED = Pattern.compile("is this account disabled\\??");

    /** What it knows of a subscriber and nobody else needs; the password among it. */
    private static final Pattern OWN =
            Pattern.compile(
                    "id|entered|last modified|did this (user|subscriber) manually confirm"
                            + "|number of bounces.*|unique id.*|password|rss frequency|ip"
                            + "|send this (user|subscriber) html emails|change (summary|detail)"
                            + "|additional data");

    private static final Pattern NAME = Pattern.compile("name|full ?name|氏名|名前|お名前");
    private static final Pattern FIRST = Pattern.compile("first ?name|名");
    private static final Pattern LAST = Pattern.compile("last ?name|surname|姓");

    @Override
    void read(byte[] file, List<String> lists) {
        csv(file, (line, fields) -> record(line, fields, lists));
    }

    /** What was gathered of one record. */
    private static final class Gathered {
        private final Map<String, List<String>> profile = new LinkedHashMap<>();
        private final List<String> lists = new ArrayList<>();
        private final List<String> stops = new ArrayList<>();
        private String email = "";
        private String name = "";
        private String first = "";
        private String last = "";

        String name() {
            return name.isEmpty() ? (first + " " + last).strip() : name;
        }
    }

    private void record(long line, Map<String, String> fields, List<String> lists) {
        Gathered gathered = new Gathered();
        fields.forEach((column, text) -> field(line, column, text, lists, gathered));
        String name = gathered.name();
        address(line, "Email", gathered.email)
                .ifPresent(
                        email ->
                                add(
                                        new Subscriber(
                                                line,
                                                email,
                                                name.contains("@") ? "" : name,
                                                gathered.profile,
                                                gathered.lists,
                                                gathered.stops.isEmpty() ? Stop.NO : Stop.ALWAYS,
                                                gathered.stops.isEmpty()
                                                        ? ""
                                                        : "phpList: "
                                                                + String.join(
                                                                        ", ", gathered.stops))));
    }

    private void field(
            long line, String column, String text, List<String> lists, Gathered gathered) {
        String known = column.toLowerCase(Locale.ROOT);
        if (known.equals("email")) {
            gathered.email = text;
        } else if (CONFIRMED.matcher(known).matches()) {
            stop(gathered, text.equals("0"), "not confirmed");
        } else if (BLACKLISTED.matcher(known).matches()) {
            stop(gathered, text.equals("1"), "blacklisted");
        } else if (DISABLED.matcher(known).matches()) {
            stop(gathered, text.equals("1"), "disabled");
        } else if (known.equals("list membership")) {
            gathered.lists.addAll(names(text, lists));
        } else if (NAME.matcher(known).matches()) {
            gathered.name = text;
        } else if (FIRST.matcher(known).matches()) {
            gathered.first = text;
        } else if (LAST.matcher(known).matches()) {
            gathered.last = text;
        } else if (!OWN.matcher(known).matches()) {
            value(line, column, List.of(text), gathered.profile);
        }
    }

    private static void stop(Gathered gathered, boolean stops, String why) {
        if (stops) {
            gathered.stops.add(why);
        }
    }

    /** The told names are cut out first, the longest before the others; the rest stays whole. */
    private static List<String> names(String text, List<String> told) {
        if (text.equals("No Lists")) {
            return List.of();
        }
        List<String> found = new ArrayList<>();
        String rest = " " + text + " ";
        for (String name :
                told.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList()) {
            if (rest.contains(" " + name + " ")) {
                found.add(name);
                rest = rest.replace(" " + name + " ", "  ");
            }
        }
        String left = rest.strip().replaceAll("\\s{2,}", " ");
        if (!left.isEmpty()) {
            found.add(left);
        }
        return found;
    }
}
