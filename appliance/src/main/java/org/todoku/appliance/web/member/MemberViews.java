package org.todoku.appliance.web.member;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.member.Contact;
import org.todoku.appliance.member.ProfileItem;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.web.TextParts;

/** What the member templates show. */
public final class MemberViews {
    private MemberViews() {}

    /**
     * One message; {@code read} is whether the reader has just said so, {@code answered} whether
     * they have just answered, {@code answer} the place of their choice.
     */
    public record Letter(
            String organisation,
            MessageView message,
            List<Attachment> attachments,
            String path,
            boolean read,
            List<String> choices,
            Optional<Integer> answer,
            boolean answered) {
        /** Whether this choice is taken. */
        public boolean has(int place) {
            return answer.filter(taken -> taken == place).isPresent();
        }

        /** The text with its web addresses apart. */
        public List<TextParts.Part> parts() {
            return TextParts.of(message.body());
        }
    }

    /**
     * One's own data; {@code notice} and {@code problem} are text keys or empty, {@code name} is
     * empty while it is not known.
     */
    public record Profile(
            String organisation,
            String path,
            String name,
            String kana,
            List<Contact> contacts,
            List<ProfileItem> items,
            Map<String, List<String>> values,
            boolean oldPhone,
            String notice,
            String problem) {
        /** The value of a free text item. */
        public String text(String item) {
            return String.join(" ", values.getOrDefault(item, List.of()));
        }

        /** Whether a choice is taken. */
        public boolean has(String item, String value) {
            return values.getOrDefault(item, List.of()).contains(value);
        }
    }

    /** One button to leave by. */
    public record Leave(String organisation, String path) {}

    /** After leaving. */
    public record Left(String organisation) {}

    /** A link that opens nothing. */
    public record Unknown() {}
}
