package org.todoku.appliance.web.member;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.inbound.Joining;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Texts;
import org.todoku.appliance.member.Contact;
import org.todoku.appliance.member.ContactState;
import org.todoku.appliance.member.MailCharset;
import org.todoku.appliance.member.Member;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.MemberState;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.member.ProfileItem;
import org.todoku.appliance.message.MessageView;
import org.todoku.appliance.message.Survey;
import org.todoku.appliance.web.AttachedFile;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Form;
import org.todoku.appliance.web.FormToken;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.Screen;

/** All pages that a member's link opens. */
public final class MemberPages {
    private static final String ONE_CLICK = "One-Click";
    private static final String PATH = "/m/";
    private static final String ITEM_PREFIX = "item:";

    private final MemberDoors doors;
    private final Pages pages;
    private final Texts texts = Texts.of(MemberPages.class);

    public MemberPages(MemberDoors doors, Pages pages) {
        this.doors = doors;
        this.pages = pages;
    }

    /** The routes. */
    public List<Route> routes() {
        return List.of(
                Route.get(PATH + "{token}", this::open),
                Route.get(PATH + "{token}/attachment/{place}", this::attachment),
                Route.post(PATH + "{token}/read", this::read),
                Route.post(PATH + "{token}/answer", this::answer),
                Route.post(PATH + "{token}/profile", this::change),
                Route.post(PATH + "{token}/charset", this::charset),
                Route.get(PATH + "{token}/leave", this::askToLeave),
                Route.post(PATH + "{token}/leave", this::leave));
    }

    private Reply open(Call call) {
        return switch (MemberLink.open(doors.tokens(), call.pathValue("token"))) {
            case MemberLink.ToMessage link -> letter(call, link);
            case MemberLink.ToProfile link ->
                    member(link.member())
                            .map(m -> profile(call, m, "", ""))
                            .orElseGet(() -> unknown(call));
            case MemberLink.ToLeave link -> askToLeave(call);
            case MemberLink.Nothing nothing -> unknown(call);
        };
    }

    private Reply letter(Call call, MemberLink.ToMessage link) {
        Optional<MessageView> message = doors.messages().find(link.message());
        Optional<Organisation> organisation =
                message.flatMap(m -> doors.organisations().find(m.organisation()));
        if (message.isEmpty() || organisation.isEmpty()) {
            return unknown(call);
        }
        boolean read = call.query("read").isPresent();
        var view =
                new MemberViews.Letter(
                        organisation.get().name(),
                        message.get(),
                        doors.attachments().of(link.message()),
                        path(call),
                        read,
                        doors.surveys().of(link.message()).map(Survey::choices).orElse(List.of()),
                        doors.answers().of(link.message(), link.member()),
                        call.query("answered").isPresent());
        return show(call, "message", view);
    }

    private Reply attachment(Call call) {
        if (!(MemberLink.open(doors.tokens(), call.pathValue("token"))
                instanceof MemberLink.ToMessage link)) {
            return unknown(call);
        }
        var all = doors.attachments().of(link.message());
        return AttachedFile.of(doors.attachments(), all, call.pathValue("place"));
    }

    /** The human step: from the script of a page that is really shown, or from the button. */
    private Reply read(Call call) {
        Form form = checkedForm(call);
        if (!(MemberLink.open(doors.tokens(), call.pathValue("token"))
                instanceof MemberLink.ToMessage link)) {
            return unknown(call);
        }
        boolean written = doors.reads().markRead(link.message(), link.member());
        // 202: noted, and written when the storage takes it; nobody else is kept waiting for that.
        return form.text("button").isEmpty()
                ? Reply.empty(written ? 204 : 202)
                : Reply.seeOther(path(call) + "?read=yes");
    }

    /** One tap; the last one counts, and it is also a reading. */
    private Reply answer(Call call) {
        Form form = checkedForm(call);
        if (!(MemberLink.open(doors.tokens(), call.pathValue("token"))
                instanceof MemberLink.ToMessage link)) {
            return unknown(call);
        }
        String choice = form.text("choice");
        int place = choice.matches("[0-9]{1,2}") ? Integer.parseInt(choice) : -1;
        doors.answers().answer(link.message(), link.member(), place);
        // Who answers has read; it does not matter when that is written.
        doors.reads().markRead(link.message(), link.member());
        return Reply.seeOther(path(call) + "?answered=yes");
    }

    private Reply profile(Call call, Member member, String notice, String problem) {
        Organisation organisation = organisation(member);
        var view =
                new MemberViews.Profile(
                        organisation.name(),
                        path(call),
                        named(member.name()),
                        member.kana(),
                        member.contacts().stream()
                                .filter(c -> c.state() != ContactState.REMOVED)
                                .toList(),
                        doors.items().list(member.organisation()),
                        member.profile(),
                        doors.members().charset(member.id()) == MailCharset.ISO_2022_JP,
                        notice,
                        problem);
        return show(call, "profile", view);
    }

    /** Of one who joined without telling it, the field is empty: else that would be saved. */
    private static String named(String name) {
        return Joining.isUnnamed(name) ? "" : name;
    }

    private Reply change(Call call) {
        Form form = checkedForm(call);
        Optional<Member> member = memberOf(call);
        if (member.isEmpty()) {
            return unknown(call);
        }
        try {
            doors.members()
                    .update(
                            member.get().organisation(),
                            member.get().id(),
                            changed(member.get(), form));
        } catch (FaultException e) {
            if (e.fault().httpStatus() != 400) {
                throw e;
            }
            return profile(call, member.get(), "", "profile.refused");
        }
        return memberOf(call)
                .map(fresh -> profile(call, fresh, "profile.saved", ""))
                .orElseGet(() -> unknown(call));
    }

    /** For whoever sees signs instead of letters. */
    private Reply charset(Call call) {
        Form form = checkedForm(call);
        Optional<Member> member = memberOf(call);
        if (member.isEmpty()) {
            return unknown(call);
        }
        doors.members()
                .setCharset(
                        member.get().organisation(),
                        member.get().id(),
                        form.text("old").equals("yes")
                                ? MailCharset.ISO_2022_JP
                                : MailCharset.UTF_8);
        return profile(call, member.get(), "profile.saved", "");
    }

    private NewMember changed(Member member, Form form) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (ProfileItem item : doors.items().list(member.organisation())) {
            List<String> given =
                    form.values(ITEM_PREFIX + item.name()).stream()
                            .map(String::strip)
                            .filter(value -> !value.isEmpty())
                            .filter(v -> item.choices().isEmpty() || item.choices().contains(v))
                            .toList();
            values.put(item.name(), given);
        }
        return new NewMember(
                named(form.text("name")),
                form.text("kana"),
                member.contacts().stream()
                        .filter(contact -> contact.state() != ContactState.REMOVED)
                        .map(Contact::address)
                        .toList(),
                values,
                member.number());
    }

    /** What a link in a mail's header opens: it takes nobody out, for scanners open links too. */
    private Reply askToLeave(Call call) {
        return leaver(call)
                .map(
                        member ->
                                show(
                                        call,
                                        "leave",
                                        new MemberViews.Leave(
                                                organisation(member).name(),
                                                path(call) + "/leave")))
                .orElseGet(() -> unknown(call));
    }

    /**
     * One click (RFC 8058 section 3.2): the mail program posts this for the member, with nothing
     * but the link to show. Somebody who has left already has what they want.
     */
    private Reply leaveByOneClick(Call call) {
        if (!(MemberLink.open(doors.tokens(), call.pathValue("token"))
                instanceof MemberLink.ToLeave)) {
            return unknown(call);
        }
        Optional<Member> member = leaver(call);
        boolean written =
                member.map(m -> doors.leaving().leave(m.organisation(), m.id())).orElse(true);
        var view = new MemberViews.Left(member.map(m -> organisation(m).name()).orElse(""));
        Screen screen = pages.screen(call, texts, frame(call));
        return Reply.html(written ? 200 : 202, pages.render("member/left.jte", screen, view));
    }

    private Optional<Member> leaver(Call call) {
        return MemberLink.open(doors.tokens(), call.pathValue("token"))
                        instanceof MemberLink.ToLeave link
                ? member(link.member())
                : Optional.empty();
    }

    private Reply leave(Call call) {
        if (ONE_CLICK.equals(call.form().text("List-Unsubscribe"))) {
            return leaveByOneClick(call);
        }
        Form form = checkedForm(call);
        Optional<Member> member = memberOf(call);
        if (member.isEmpty()) {
            return unknown(call);
        }
        if (!form.text("sure").equals("yes")) {
            return profile(call, member.get(), "", "profile.leave.not-sure");
        }
        doors.members().leave(member.get().organisation(), member.get().id());
        return show(call, "left", new MemberViews.Left(organisation(member.get()).name()));
    }

    private Optional<Member> memberOf(Call call) {
        return MemberLink.open(doors.tokens(), call.pathValue("token"))
                        instanceof MemberLink.ToProfile link
                ? member(link.member())
                : Optional.empty();
    }

    private Optional<Member> member(MemberId id) {
        // The link does not name the organisation; an appliance has few.
        return doors.organisations().all().stream()
                .flatMap(o -> doors.members().find(o.id(), id).stream())
                .filter(member -> member.state() == MemberState.JOINED)
                .findFirst();
    }

    private Organisation organisation(Member member) {
        return doors.organisations().find(member.organisation()).orElseThrow();
    }

    private Reply unknown(Call call) {
        var screen = pages.screen(call, texts, frame(call));
        String page = pages.render("member/unknown.jte", screen, new MemberViews.Unknown());
        return Reply.html(404, page);
    }

    private Reply show(Call call, String template, Object view) {
        var screen = pages.screen(call, texts, frame(call));
        return Reply.html(pages.render("member/" + template + ".jte", screen, view));
    }

    /** The link itself is what nobody else knows, so the form's token comes from it. */
    private Screen.Frame frame(Call call) {
        return new Screen.Frame(
                path(call), FormToken.of(call.pathValue("token")), Optional.empty(), "");
    }

    private static Form checkedForm(Call call) {
        Form form = call.form();
        FormToken.check(call.pathValue("token"), form);
        return form;
    }

    private static String path(Call call) {
        return PATH + call.pathValue("token");
    }
}
