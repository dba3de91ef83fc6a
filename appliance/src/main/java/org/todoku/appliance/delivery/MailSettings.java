package org.todoku.appliance.delivery;

import java.net.URI;
import java.util.List;
import org.todoku.appliance.delivery.dkim.DkimKey;
import org.todoku.appliance.kernel.Language;

/**
 * What sending needs to know of the configuration.
 *
 * @param domain the domain of our addresses: SLUG@domain
 * @param publicUrl the base of links in mails, without a slash at its end
 * @param language of the fixed texts in mails
 * @param dkim the keys that sign what leaves; empty when the relay signs
 * @param relays tried in order; the next takes over when one cannot be reached
 * @param direct whether mail goes straight to the receivers' servers; without that, and without a
 *     relay, nothing leaves
 */
public record MailSettings(
        String domain,
        URI publicUrl,
        Language language,
        List<DkimKey> dkim,
        List<Relay> relays,
        boolean direct) {
    public MailSettings {
        dkim = List.copyOf(dkim);
        relays = List.copyOf(relays);
        if (publicUrl.toString().endsWith("/")) {
            publicUrl = URI.create(publicUrl.toString().replaceAll("/+$", ""));
        }
    }
}
