package org.todoku.migrate.runbook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where a run stands: what the lines of its journal come to. Pure. */
final class Standing {
    private final List<String> begun = new ArrayList<>();
    private final Map<String, Entry> done = new LinkedHashMap<>();
    private final Map<String, String> facts = new LinkedHashMap<>();
    private boolean noReturn;
    private boolean open;
    private String since = "";
    private String outcome = "";

    /**
     * A line of a journal.
     *
     * @param at RFC 3339, UTC
     * @param event {@code opened}, {@code began}, {@code noReturn}, {@code fact}, {@code done},
     *     {@code failed}, {@code undone} or {@code closed}
     * @param step the step; empty where it is of the whole run
     * @param name of the fact, or the runbook's
     * @param value the fact, or what was done, one line
     */
    record Entry(String at, String event, String step, String name, String value) {}

    void apply(Entry entry) {
        switch (entry.event()) {
            case "opened" -> {
                begun.clear();
                done.clear();
                facts.clear();
                noReturn = false;
                outcome = "";
                open = true;
                since = entry.at();
            }
            case "began" -> {
                if (!begun.contains(entry.step())) {
                    begun.add(entry.step());
                }
            }
            case "noReturn" -> noReturn = true;
            case "fact" -> facts.put(entry.name(), entry.value());
            case "done" -> done.put(entry.step(), entry);
            case "undone" -> {
                begun.remove(entry.step());
                done.remove(entry.step());
            }
            case "closed" -> {
                open = false;
                outcome = entry.value();
            }
            default -> {
                // What only a person reads, or a newer version wrote.
            }
        }
    }

    /** Whether a run was begun and is neither done nor undone. */
    boolean isOpen() {
        return open;
    }

    /** How the last run ended; empty while none has. */
    String outcome() {
        return outcome;
    }

    boolean isPastReturn() {
        return noReturn;
    }

    /** In the order in which they were begun. */
    List<String> begun() {
        return List.copyOf(begun);
    }

    Optional<String> done(String step) {
        return Optional.ofNullable(done.get(step)).map(Entry::value);
    }

    Optional<String> fact(String name) {
        return Optional.ofNullable(facts.get(name));
    }

    Map<String, String> facts() {
        return Map.copyOf(facts);
    }

    /** When the run was begun; empty while none was. */
    String since() {
        return since;
    }
}
