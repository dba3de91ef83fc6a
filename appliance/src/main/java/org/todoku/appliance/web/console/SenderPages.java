package org.todoku.appliance.web.console;

import java.util.List;
import java.util.Optional;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.inbound.InquiryAnswers;
import org.todoku.appliance.inbound.ProxySenders;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;

/** Who may send by a mail from a phone, and what those who write to us are answered. */
final class SenderPages {
    private static final String PATH = "/console/messages/senders";
    private static final String ANSWER = "/console/inquiries/answer";
    private static final String SAVED = "?saved=yes";

    private final ConsoleDoors doors;
    private final Access access;

    SenderPages(ConsoleDoors doors, Access access) {
        this.doors = doors;
        this.access = access;
    }

    List<Route> routes() {
        return List.of(
                Route.get(PATH, access.signedIn(v -> show(v, said(v)))),
                Route.post(PATH, access.signedIn(this::register)),
                Route.post(PATH + "/remove", access.signedIn(this::remove)),
                Route.get(ANSWER, access.signedIn(v -> answer(v, said(v)))),
                Route.post(ANSWER, access.signedIn(this::setAnswer)));
    }

    private static String said(Visit visit) {
        return visit.call().query("saved").isPresent() ? "senders.saved" : "";
    }

    private Reply show(Visit visit, String said) {
        String slug = visit.organisation().slug();
        List<Views.SenderLine> lines =
                doors.proxySenders().list(visit.organisationId()).stream()
                        .map(
                                one ->
                                        new Views.SenderLine(
                                                one.id(),
                                                one.name(),
                                                one.local(slug) + "@" + doors.mailDomain(),
                                                one.audience() instanceof Audience.Everyone,
                                                one.urgent()))
                        .toList();
        var view =
                new Views.Senders(
                        lines,
                        doors.proxySenders().attempts(visit.organisationId()),
                        doors.items().list(visit.organisationId()).stream()
                                .filter(item -> !item.choices().isEmpty())
                                .toList(),
                        slug + "+send@" + doors.mailDomain(),
                        said);
        return access.show(visit, "messages", "senders", view);
    }

    private Reply register(Visit visit) {
        Optional<EmailAddress> address = EmailAddress.parse(visit.form().text("email"));
        Optional<Audience> audience = Draft.of(visit.form()).audience();
        if (address.isEmpty() || audience.isEmpty()) {
            return show(visit, "senders.problem");
        }
        try {
            var sender =
                    doors.proxySenders()
                            .register(
                                    visit.organisationId(),
                                    new ProxySenders.Registration(
                                            address.get(),
                                            visit.form().text("name"),
                                            audience.get(),
                                            visit.form().text("urgent").equals("yes")));
            return Reply.seeOther(PATH + SAVED + "#sender-" + sender.id());
        } catch (FaultException e) {
            if (e.fault().retryable()) {
                throw e;
            }
            return show(visit, "senders.problem");
        }
    }

    private Reply remove(Visit visit) {
        var id = Ids.parse(visit.form().text("sender"));
        if (id.isEmpty()) {
            throw Problem.notFound("There is no such sender.");
        }
        boolean removed = doors.proxySenders().remove(visit.organisationId(), id.getAsLong());
        return Reply.seeOther(removed ? PATH + SAVED : PATH);
    }

    private Reply answer(Visit visit, String said) {
        var view =
                new Views.InquiryAnswer(doors.inquiryAnswers().words(visit.organisationId()), said);
        return access.show(visit, "inquiries", "inquiry-answer", view);
    }

    private Reply setAnswer(Visit visit) {
        try {
            doors.inquiryAnswers()
                    .set(
                            visit.organisationId(),
                            new InquiryAnswers.Words(
                                    visit.form().text("on").equals("yes"),
                                    visit.form().untrimmed("ja"),
                                    visit.form().untrimmed("en")));
        } catch (FaultException e) {
            if (e.fault().retryable()) {
                throw e;
            }
            return answer(visit, "inquiry-answer.problem");
        }
        return Reply.seeOther(ANSWER + SAVED);
    }
}
