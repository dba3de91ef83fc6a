package org.todoku.appliance.delivery;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.todoku.appliance.member.MailCharset;

/**
 * The messages that are being sent, rendered. Keeps the few that were used last, in 32 MiB at most.
 * Thread-safe.
 */
final class MailTemplates {
    private static final long MOST_BYTES = 32L << 20;
    private static final int MOST = 50;

    private final Map<Kind, MailTemplate> kept = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * Which of a message's mails.
     *
     * @param late the one that says that it is late
     */
    record Kind(long message, boolean late, MailCharset charset) {}

    /**
     * A fresh one.
     *
     * @param whole false when something is missing that may be there later: then it is made again
     */
    record Made(MailTemplate template, boolean whole) {}

    /** Made when it is not kept. */
    MailTemplate of(Kind message, Supplier<Made> make) {
        synchronized (this) {
            MailTemplate known = kept.get(message);
            if (known != null) {
                return known;
            }
        }
        Made made = make.get();
        return made.whole() ? keep(message, made.template()) : made.template();
    }

    private synchronized MailTemplate keep(Kind message, MailTemplate made) {
        MailTemplate first = kept.putIfAbsent(message, made);
        if (first != null) {
            return first;
        }
        bytes += made.bytes();
        var eldest = kept.entrySet().iterator();
        while ((bytes > MOST_BYTES || kept.size() > MOST) && kept.size() > 1) {
            bytes -= eldest.next().getValue().bytes();
            eldest.remove();
        }
        return made;
    }
}
