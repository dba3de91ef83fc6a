package org.todoku.appliance.web.console;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.audience.AudienceSize;
import org.todoku.appliance.continuity.outside.PublicNotice;
import org.todoku.appliance.delivery.Counts;
import org.todoku.appliance.delivery.DeliveryView;
import org.todoku.appliance.delivery.LaneProgress;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.delivery.QueueSize;
import org.todoku.appliance.delivery.health.MailHealth;
import org.todoku.appliance.inbound.Inquiry;
import org.todoku.appliance.inbound.InquiryAnswers;
import org.todoku.appliance.inbound.ProxySenders;
import org.todoku.appliance.inbound.mailbox.MailboxStatus;
import org.todoku.appliance.mailcheck.Finding;
import org.todoku.appliance.member.ImportReport;
import org.todoku.appliance.member.MemberCounts;
import org.todoku.appliance.member.MemberSummary;
import org.todoku.appliance.member.ProfileItem;
import org.todoku.appliance.member.QuarantinedAddress;
import org.todoku.appliance.message.Attachment;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.repeat.RepeatView;
import org.todoku.appliance.survey.Answers;
import org.todoku.appliance.web.Screen;
import org.todoku.appliance.web.SystemState;

/** What the console's templates show, one record each. */
public final class Views {
    private Views() {}

    /** The sign-in form; {@code problem} is a text key, empty at first. */
    public record SignIn(String email, String problem) {}

    /** The first set-up in the browser. */
    public record Setup(String organisation, String slug, String email, String problem) {}

    /** The token of the first set-up, shown once. */
    public record SetupDone(String token) {}

    /** The first page. */
    public record Overview(
            MemberCounts members,
            List<MessageLine> recent,
            QueueSize queue,
            SystemState.Snapshot system,
            String address) {}

    /** One message in a list. */
    public record MessageLine(MessageView message, Counts counts) {
        /** Deliveries in all. */
        public long total() {
            return Views.total(counts);
        }
    }

    /** All messages, a part at a time. */
    public record MessageList(List<MessageLine> lines, Optional<String> next) {}

    /** Members, a part at a time. */
    public record MemberList(
            String query,
            List<MemberSummary> members,
            Optional<String> next,
            MemberCounts counts) {}

    /** The upload form, and the report after it. */
    public record Import(Optional<ImportReport> report, boolean missing) {}

    /** Everything as a file; {@code problem} is a text key. */
    public record Export(String problem) {}

    /** The operator's words as they are typed. */
    public record NoticeDraft(
            String level, String japanese, String english, String next, String contact) {}

    /**
     * The operator's words.
     *
     * @param possible whether there is a status page outside
     * @param said the key of what was done or is wrong; empty at first
     * @param standing what stands there now
     */
    public record StatusNotice(
            boolean possible,
            NoticeDraft draft,
            String said,
            Optional<PublicNotice> preview,
            Optional<PublicNotice> standing) {}

    /** The form of a new message; {@code problem} is a text key. */
    public record Compose(Draft draft, List<ProfileItem> items, String problem) {
        /** Items that a message can be addressed by. */
        public List<ProfileItem> choosable() {
            return items.stream().filter(item -> !item.choices().isEmpty()).toList();
        }
    }

    /** How many an audience is. */
    public record Size(Optional<AudienceSize> size) {}

    /** The last look before sending. */
    public record Confirm(
            Draft draft,
            AudienceSize size,
            String key,
            Optional<Instant> leaves,
            long oldPhones,
            Map<String, String> replaced) {}

    /** The messages that are repeated. */
    public record Repeating(List<RepeatView> all) {}

    /** One message with its ledger. */
    public record Message(
            MessageView message,
            List<Attachment> attachments,
            Counts counts,
            List<LaneProgress> lanes,
            List<Answers.Count> tally,
            Optional<Outcome> filter,
            List<DeliveryView> rows,
            Optional<String> next,
            String refreshPath) {
        /** Deliveries in all. */
        public long total() {
            return Views.total(counts);
        }

        /** Not sent yet, and on the way to be. */
        public long open() {
            return counts.queued() + counts.claimed() + counts.deferred();
        }

        /** Will not be sent any more. */
        public long failed() {
            return counts.refused() + counts.suppressed() + counts.expired();
        }

        /** Whether something moves by itself. */
        public boolean running() {
            return message.state() == MessageState.SENDING && open() > 0;
        }

        /** Whether it waits for a person. */
        public boolean onHold() {
            return message.state() == MessageState.ON_HOLD;
        }

        /** A share of the whole in percent, for the bar. */
        public double percent(long part) {
            return total() == 0 ? 0 : 100.0 * part / total();
        }

        /** When the last destination of which it can be said will be done. */
        public Optional<Instant> done() {
            return lanes.stream()
                    .flatMap(lane -> lane.done().stream())
                    .max(Comparator.naturalOrder());
        }

        /** How many have this outcome. */
        public long count(Outcome outcome) {
            return switch (outcome) {
                case QUEUED -> counts.queued();
                case CLAIMED -> counts.claimed();
                case HANDED_OVER -> counts.handedOver();
                case DEFERRED -> counts.deferred();
                case REFUSED -> counts.refused();
                case SUPPRESSED -> counts.suppressed();
                case EXPIRED -> counts.expired();
                case IN_DOUBT -> counts.inDoubt();
            };
        }
    }

    /** Mails to read. */
    public record InquiryList(List<Inquiry> inquiries) {}

    /** The machine room. */
    public record Machine(
            SystemState.Snapshot system,
            QueueSize queue,
            String version,
            long memoryBytes,
            DrillState drill,
            Optional<MailboxStatus> mailbox,
            MailHealth.State mail) {}

    /** One who may send by mail, and the secret address for it. */
    public record SenderLine(
            long id, String name, String address, boolean everyone, boolean urgent) {}

    /**
     * Those who may send by mail.
     *
     * @param asking the address for mails that are asked back
     * @param said the key of what was done or is wrong
     */
    public record Senders(
            List<SenderLine> senders,
            List<ProxySenders.Attempt> attempts,
            List<ProfileItem> choosable,
            String asking,
            String said) {}

    /** What inquiries are answered. */
    public record InquiryAnswer(InquiryAnswers.Words words, String said) {}

    /** Who may join; {@code said} is the key of what was done or is wrong. */
    public record Joining(
            org.todoku.appliance.inbound.Joining.Rules rules,
            String address,
            List<org.todoku.appliance.inbound.Joining.Waiting> waiting,
            String said) {}

    /** Addresses that are not mailed for now. */
    public record Quarantined(List<QuarantinedAddress> addresses, boolean lifted) {}

    /** What a member can do whose phone keeps our mails out. */
    public record Slip(String organisation, String address, String domain) {}

    /** What DNS says about our mail. */
    public record MailCheck(String domain, List<Finding> findings) {}

    /** The colour of a finding. */
    public static String style(Finding.State state) {
        return switch (state) {
            case GOOD -> "good";
            case MISSING, WRONG -> "bad";
            case UNKNOWN -> "warn";
        };
    }

    /** How the last drill stands now. */
    public enum DrillState {
        PASSED,
        FAILED,
        OLD,
        NEVER;

        static DrillState of(SystemState.Snapshot system, Instant now) {
            return of(system.archive().flatMap(SystemState.Archive::lastDrill), now);
        }

        static DrillState of(Optional<SystemState.Drilled> last, Instant now) {
            if (last.isEmpty()) {
                return NEVER;
            }
            if (!last.get().passed()) {
                return FAILED;
            }
            return last.get().counts(now) ? PASSED : OLD;
        }
    }

    /** The colour of the operator's words. */
    public static String style(PublicNotice.Level level) {
        return switch (level) {
            case INFO, NONE -> "";
            case TROUBLE -> "bad";
            case RESOLVED -> "good";
        };
    }

    /** The colour: only what was drilled lately is relied on. */
    public static String style(DrillState state) {
        return state == DrillState.PASSED ? "good" : "bad";
    }

    /** The colour and sign of an outcome; the word stands beside it. */
    public static String style(Outcome outcome) {
        return switch (outcome) {
            case HANDED_OVER -> "good";
            case QUEUED, CLAIMED, DEFERRED -> "wait";
            case IN_DOUBT -> "warn";
            case REFUSED, SUPPRESSED, EXPIRED -> "bad";
        };
    }

    /** The same for a message. */
    public static String style(MessageState state) {
        return switch (state) {
            case SENT -> "good";
            case SENDING -> "wait";
            case ON_HOLD -> "warn";
            case EXPIRED -> "bad";
        };
    }

    /** What is known of the device under a storage that is not well. */
    public static String device(Screen page, SystemState.Device device) {
        String requests = page.number(device.inFlight());
        return switch (device.verdict()) {
            case HANGS ->
                    page.t(
                            "system.device.HANGS",
                            requests,
                            page.number(device.quietMillis() / 1000));
            case WORKS ->
                    page.t(
                            "system.device.WORKS",
                            requests,
                            page.number(Math.round(device.perSecond())));
            case IDLE -> page.t("system.device.IDLE");
        };
    }

    /** The same for the storage. */
    public static String style(SystemState.Level level) {
        return switch (level) {
            case NORMAL -> "good";
            case SLOW -> "warn";
            case STALLED, ISOLATED -> "bad";
        };
    }

    /** An audience in words; {@code everyone} is the word for all. */
    public static String words(Audience audience, String everyone, String chosen) {
        return switch (audience) {
            case Audience.Everyone all -> everyone;
            case Audience.ByProfile profile -> words(profile.values());
            case Audience.Chosen some -> chosen + " (" + some.members().size() + ")";
        };
    }

    private static String words(Map<String, List<String>> values) {
        StringBuilder words = new StringBuilder();
        values.forEach(
                (item, chosen) ->
                        words.append(words.isEmpty() ? "" : " / ")
                                .append(item)
                                .append(": ")
                                .append(String.join(", ", chosen)));
        return words.toString();
    }

    private static long total(Counts c) {
        return c.queued()
                + c.claimed()
                + c.handedOver()
                + c.deferred()
                + c.refused()
                + c.suppressed()
                + c.expired()
                + c.inDoubt();
    }
}
