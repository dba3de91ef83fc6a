package org.todoku.migrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.todoku.appliance.Portability;
import org.todoku.appliance.ServedImports;
import org.todoku.appliance.continuity.ControlSocket;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.member.ForeignImport;
import org.todoku.appliance.member.ImportReport;
import org.todoku.appliance.salvaged.RowImport;
import org.todoku.appliance.salvaged.SalvagedRow;

/**
 * The server that runs on a data directory, asked through its control socket to import something;
 * each answer is empty when none runs there. It reads the files itself.
 */
record RunningServer(Path data) {
    private static final JsonMapper JSON = new JsonMapper();

    /** An organisation that is there now. */
    record Taken(String name, String token) {}

    /** What stands in the way of an import. */
    Optional<List<String>> conflicts(Path file, Portability.Wish wish) {
        return ask(ServedImports.ORGANISATION, wanted(file, wish).put("dryRun", true))
                .map(done -> texts(done.path("conflicts")));
    }

    /** Imports an organisation. */
    Taken take(Path file, Portability.Wish wish, ControlSocket.Told told) {
        return ask(ServedImports.ORGANISATION, wanted(file, wish), told)
                .map(done -> new Taken(done.path("name").asText(), done.path("token").asText()))
                .orElseThrow(
                        () ->
                                Refusal.failed(
                                        "the server on " + data + " has stopped meanwhile",
                                        "run it again: nothing was imported"));
    }

    private static ObjectNode wanted(Path file, Portability.Wish wish) {
        ObjectNode wanted = of(file).put("slug", wish.slug()).put("makes", wish.makes());
        wish.signIn()
                .ifPresent(
                        signIn ->
                                wanted.put("email", signIn.email().toString())
                                        .put("password", signIn.password().value()));
        return wanted;
    }

    /** Imports members and lists of another program. */
    Optional<ImportReport> importLists(
            Path file, Optional<String> into, ForeignImport.Wish wish, boolean dryRun) {
        ObjectNode wanted = of(file).put("dryRun", dryRun).put("stopped", wish.stopped());
        into.ifPresent(slug -> wanted.put("into", slug));
        wanted.put("format", wish.format().code()).put("english", wish.language() == Language.EN);
        ArrayNode lists = wanted.putArray("lists");
        wish.lists().forEach(lists::add);
        return ask(ServedImports.LISTS, wanted)
                .map(done -> JSON.convertValue(done.path("report"), ImportReport.class));
    }

    /** Puts salvaged rows in, and the files that belong to them. */
    Optional<Importing.Done> importRows(
            Path file, Path files, List<SalvagedRow> chosen, String by, ControlSocket.Told told) {
        ObjectNode wanted = of(file).put("files", files.toAbsolutePath().toString()).put("by", by);
        ArrayNode numbers = wanted.putArray("rows");
        Map<Integer, SalvagedRow> rows = new TreeMap<>();
        for (SalvagedRow row : chosen) {
            numbers.add(row.number());
            rows.put(row.number(), row);
        }
        return ask(ServedImports.ROWS, wanted, told).map(done -> done(done, rows));
    }

    private static Importing.Done done(JsonNode done, Map<Integer, SalvagedRow> rows) {
        List<RowImport.Result> results = new ArrayList<>();
        for (JsonNode one : done.path("results")) {
            SalvagedRow row = rows.get(one.path("row").asInt());
            if (row != null) {
                results.add(
                        new RowImport.Result(
                                row, one.path("taken").asBoolean(), one.path("why").asText()));
            }
        }
        return new Importing.Done(results, done.path("files").asInt());
    }

    private static ObjectNode of(Path file) {
        return JSON.createObjectNode().put("file", file.toAbsolutePath().toString());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.asText()));
        return texts;
    }

    private Optional<JsonNode> ask(String act, ObjectNode wanted) {
        return ask(act, wanted, (done, of) -> {});
    }

    private Optional<JsonNode> ask(String act, ObjectNode wanted, ControlSocket.Told told) {
        try {
            wanted.put(ControlSocket.PROGRESS, true);
            return ControlSocket.ask(data, act, wanted, told).map(RunningServer::done);
        } catch (IOException e) {
            throw Refusal.failed(
                    "the server on " + data + " did not answer: " + e,
                    "look at its log, and in the console whether it was imported");
        }
    }

    private static JsonNode done(JsonNode answer) {
        JsonNode failed = answer.path("failed");
        if (!failed.isMissingNode()) {
            throw Refusal.of(failed.path("exit").asInt(1), failed.path("message").asText());
        }
        return answer.path("done");
    }
}
