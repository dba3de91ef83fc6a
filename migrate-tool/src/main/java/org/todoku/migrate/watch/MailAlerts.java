package org.todoku.migrate.watch;

import java.util.List;
import org.todoku.appliance.delivery.NoticeMail;
import org.todoku.appliance.delivery.Outcome;
import org.todoku.appliance.delivery.Relay;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;

/** A mail, through the first of the relays that takes it. */
public record MailAlerts(List<Relay> relays, EmailAddress from, EmailAddress to) implements Alerts {
    public MailAlerts {
        relays = List.copyOf(relays);
    }

    @Override
    public void tell(Alert alert) {
        String mailId = "<watch-" + alert.at().toEpochMilli() + "@" + from.domain() + ">";
        StringBuilder answers = new StringBuilder();
        for (Relay relay : relays) {
            try (NoticeMail mail = new NoticeMail(relay, from, "Todoku watch")) {
                NoticeMail.Sent sent = mail.send(to, mailId, alert.subject(), alert.text());
                if (sent.outcome() == Outcome.HANDED_OVER) {
                    return;
                }
                answers.append(relay.name()).append(": ").append(sent.response()).append(' ');
            }
        }
        throw new FaultException(
                Fault.RELAY_UNREACHABLE,
                "mail the alarm",
                answers.toString().strip(),
                "does another relay take it? status.notice-relay names a second one");
    }
}
