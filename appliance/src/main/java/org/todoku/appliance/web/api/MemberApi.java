package org.todoku.appliance.web.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.ForeignFormat;
import org.todoku.appliance.member.ForeignImport;
import org.todoku.appliance.member.ImportReport;
import org.todoku.appliance.member.MemberId;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.FormFile;
import org.todoku.appliance.web.Problem;
import org.todoku.appliance.web.Reply;

/** Members over the API: make one, read a list in, and list without addresses. */
final class MemberApi {
    private static final Set<String> FIELDS = Set.of("name", "kana", "emails", "profile", "number");

    private final ApiDoors doors;

    MemberApi(ApiDoors doors) {
        this.doors = doors;
    }

    Reply create(Call call, OrganisationId organisation) {
        Json json = Json.read(call.body(), FIELDS);
        List<EmailAddress> emails = json.texts("emails").stream().map(EmailAddress::of).toList();
        MemberId id =
                doors.members()
                        .create(
                                organisation,
                                new NewMember(
                                        json.text("name"),
                                        json.optionalText("kana").orElse(""),
                                        emails,
                                        json.textsByName("profile"),
                                        json.optionalText("number")));
        return Reply.json(201, Json.write(Json.object().put("id", id.toString())));
    }

    Reply importCsv(Call call, OrganisationId organisation) {
        String type = call.header("content-type").orElse("");
        byte[] csv =
                type.startsWith("multipart/form-data")
                        ? call.form().files().values().stream()
                                .flatMap(List::stream)
                                .map(FormFile::content)
                                .findFirst()
                                .orElseThrow(
                                        () ->
                                                Problem.badRequest(
                                                        "invalid-request",
                                                        "The multipart body holds no file."))
                        : call.body();
        if (csv.length == 0) {
            throw Problem.badRequest("invalid-request", "The body is empty; CSV is expected.");
        }
        Optional<ForeignFormat> foreign = call.query("format").map(MemberApi::format);
        ImportReport report =
                foreign.isEmpty()
                        ? doors.roster().importCsv(organisation, csv, call.language())
                        : doors.roster()
                                .importForeign(
                                        organisation,
                                        csv,
                                        new ForeignImport.Wish(
                                                foreign.get(),
                                                call.query().getOrDefault("list", List.of()),
                                                call.query("stopped").equals(Optional.of("true")),
                                                call.language()));
        ObjectNode answer =
                Json.object()
                        .put("created", report.created())
                        .put("updated", report.updated())
                        .put("skipped", report.skipped());
        ArrayNode problems = answer.putArray("problems");
        for (ImportReport.Problem problem : report.problems()) {
            problems.addObject()
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("reason", problem.reason());
        }
        return Reply.json(200, Json.write(answer));
    }

    private static ForeignFormat format(String code) {
        return ForeignFormat.of(code)
                .orElseThrow(
                        () ->
                                Problem.badRequest(
                                        "invalid-request",
                                        "format is none of listmonk, mailman, phplist."));
    }

    Reply list(Call call, OrganisationId organisation) {
        var page =
                doors.members()
                        .page(organisation, call.query("query").orElse(""), call.query("page"));
        ObjectNode answer = Json.object();
        ArrayNode items = answer.putArray("items");
        for (var member : page.items()) {
            ObjectNode item =
                    items.addObject()
                            .put("id", member.id().toString())
                            .put("name", member.name())
                            .put("kana", member.kana())
                            .put("state", member.state().code())
                            .put("joined", member.joined().toString());
            ObjectNode profile = item.putObject("profile");
            for (Map.Entry<String, List<String>> entry : member.profile().entrySet()) {
                entry.getValue().forEach(profile.putArray(entry.getKey())::add);
            }
        }
        answer.put("next", page.next().orElse(null));
        return Reply.json(200, Json.write(answer));
    }
}
