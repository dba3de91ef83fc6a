package org.todoku.appliance.web.console;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.AttachmentType;
import org.todoku.appliance.message.Markup;
import org.todoku.appliance.message.NewMessage;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.web.Form;

/**
 * A message as it stands in the form, right or wrong.
 *
 * @param byProfile to some, chosen by profile; else to everyone
 * @param chosen item → values that are ticked
 * @param choices what is asked, one choice a line; empty when nothing is
 * @param markdown whether the text is meant as CommonMark
 */
public record Draft(
        String subject,
        String body,
        boolean byProfile,
        Map<String, List<String>> chosen,
        boolean urgent,
        boolean markdown,
        DraftTimes times,
        String choices,
        List<Attachment> attachments) {
    /** Before the name of a profile item in the form's field names. */
    public static final String ITEM_PREFIX = "item:";

    /** The field name of files that were uploaded before. */
    public static final String ATTACHMENT = "attachment";

    static Draft empty() {
        return new Draft("", "", false, Map.of(), false, false, DraftTimes.empty(), "", List.of());
    }

    static Draft of(Form form) {
        Map<String, List<String>> chosen = new LinkedHashMap<>();
        form.fields()
                .forEach(
                        (name, values) -> {
                            if (name.startsWith(ITEM_PREFIX)) {
                                chosen.put(name.substring(ITEM_PREFIX.length()), values);
                            }
                        });
        return new Draft(
                form.text("subject"),
                form.untrimmed("body").replace("\r\n", "\n"),
                form.text("audience").equals("profile"),
                chosen,
                form.text("urgent").equals("yes"),
                form.text("markup").equals(Markup.MARKDOWN.code()),
                DraftTimes.of(form),
                form.untrimmed("choices").replace("\r\n", "\n").strip(),
                form.values(ATTACHMENT).stream()
                        .flatMap(text -> attachment(text).stream())
                        .toList());
    }

    /** The same with files more. */
    Draft with(List<Attachment> more) {
        List<Attachment> all = new ArrayList<>(attachments);
        all.addAll(more);
        return new Draft(
                subject,
                body,
                byProfile,
                chosen,
                urgent,
                markdown,
                times,
                choices,
                List.copyOf(all));
    }

    /** A file that was uploaded, as it stands in a hidden field until the message is sent. */
    public static String field(Attachment attachment) {
        return "%s %s %d %s"
                .formatted(
                        attachment.sha256(),
                        attachment.type().media(),
                        attachment.bytes(),
                        attachment.name());
    }

    private static Optional<Attachment> attachment(String text) {
        String[] parts = text.split(" ", 4);
        if (parts.length < 4 || !parts[2].matches("[0-9]{1,9}")) {
            return Optional.empty();
        }
        long bytes = Long.parseLong(parts[2]);
        return AttachmentType.named(parts[1])
                .map(type -> new Attachment(parts[3], type, bytes, parts[0]));
    }

    /** Whether a value is ticked. */
    public boolean has(String item, String value) {
        return chosen.getOrDefault(item, List.of()).contains(value);
    }

    /** Empty while "by profile" has no value yet. */
    Optional<Audience> audience() {
        if (!byProfile) {
            return Optional.of(new Audience.Everyone());
        }
        return chosen.isEmpty() ? Optional.empty() : Optional.of(new Audience.ByProfile(chosen));
    }

    /** The audience, for a draft without problems. */
    public Audience checkedAudience() {
        return audience().orElseThrow();
    }

    /** The key of the text that says what is wrong; empty when it can be sent. */
    String problem(Instant now) {
        if (subject.isEmpty()) {
            return "compose.problem.subject";
        }
        if (body.isBlank()) {
            return "compose.problem.body";
        }
        if (subject.length() > NewMessage.MAX_SUBJECT || body.length() > NewMessage.MAX_BODY) {
            return "compose.problem.long";
        }
        if (attachments.size() > Attachment.MAX_COUNT
                || attachments.stream().mapToLong(Attachment::bytes).sum() > Attachment.MAX_BYTES) {
            return "compose.problem.files";
        }
        if (audience().isEmpty()) {
            return "compose.problem.audience";
        }
        String late = times.problem(now);
        if (!late.isEmpty()) {
            return late;
        }
        return choicesAreGood() ? "" : "compose.problem.choices";
    }

    private boolean choicesAreGood() {
        try {
            return choices.isBlank() || survey().isPresent();
        } catch (FaultException e) {
            return false;
        }
    }

    /** What is asked. */
    private Optional<Survey> survey() {
        return choices.isBlank()
                ? Optional.empty()
                : Optional.of(new Survey(choices.lines().filter(line -> !line.isBlank()).toList()));
    }

    /**
     * @param files the attachments, looked up again: a field is only what a browser says
     */
    NewMessage toMessage(List<Attachment> files, Instant now) {
        return new NewMessage(
                subject,
                body,
                checkedAudience(),
                urgent,
                times.start(),
                times.end(),
                files,
                survey(),
                times.whenLate(),
                markdown ? Markup.MARKDOWN : Markup.PLAIN,
                times.repeat(now));
    }
}
