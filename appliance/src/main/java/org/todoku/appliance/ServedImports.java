package org.todoku.appliance;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.todoku.appliance.continuity.ControlSocket;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.member.ForeignFormat;
import org.todoku.appliance.member.ForeignImport;
import org.todoku.appliance.member.ImportReport;
import org.todoku.appliance.portable.ExportFile;
import org.todoku.appliance.salvaged.RowImport;
import org.todoku.appliance.salvaged.SalvagedRow;

/**
 * Imports into a running server, which the commands of the same machine ask for through its control
 * socket: only the server's own user may open that. The server reads the files itself.
 */
public final class ServedImports {
    private static final Logger LOG = LoggerFactory.getLogger(ServedImports.class);

    /** An organisation, of {@code file}, as {@code slug}, which it {@code makes} or not. */
    public static final String ORGANISATION = "import";

    /** Members of another program's {@code file}, {@code into} an organisation. */
    public static final String LISTS = "import-lists";

    /**
     * Salvaged {@code rows} of a {@code file}, by number, and of {@code files}; {@code by} a
     * person.
     */
    public static final String ROWS = "import-rows";

    private final Portability portability;

    ServedImports(Portability portability) {
        this.portability = portability;
    }

    Map<String, ControlSocket.Act> actsBeside(Map<String, ControlSocket.Act> others) {
        Map<String, ControlSocket.Act> acts = new HashMap<>(others);
        acts.put(ORGANISATION, this::organisation);
        acts.put(LISTS, this::lists);
        acts.put(ROWS, this::rows);
        return acts;
    }

    private Map<String, ?> organisation(JsonNode wanted, ControlSocket.Told told) {
        Path from = Path.of(wanted.path("file").asText());
        var wish =
                new Portability.Wish(
                        wanted.path("slug").asText(),
                        wanted.path("makes").asBoolean(),
                        signIn(wanted));
        try (ExportFile file = ExportFile.open(from)) {
            if (wanted.path("dryRun").asBoolean()) {
                return Map.of("conflicts", portability.conflicts(file, wish));
            }
            Portability.Imported made = portability.take(file, wish, told::progress);
            LOG.info("{} was imported from {}", made.organisation().name(), from);
            return Map.of("name", made.organisation().name(), "token", made.token().value());
        }
    }

    private static Optional<Portability.SignIn> signIn(JsonNode wanted) {
        return EmailAddress.parse(wanted.path("email").asText())
                .map(
                        email ->
                                new Portability.SignIn(
                                        email, new Secret(wanted.path("password").asText())));
    }

    private Map<String, ?> lists(JsonNode wanted, ControlSocket.Told told) {
        var organisation =
                portability.organisation(Optional.ofNullable(wanted.path("into").textValue()));
        List<String> names = new ArrayList<>();
        wanted.path("lists").forEach(name -> names.add(name.asText()));
        var wish =
                new ForeignImport.Wish(
                        ForeignFormat.of(wanted.path("format").asText()).orElseThrow(),
                        names,
                        wanted.path("stopped").asBoolean(),
                        wanted.path("english").asBoolean() ? Language.EN : Language.JA);
        byte[] file = read(Path.of(wanted.path("file").asText()));
        ImportReport report =
                wanted.path("dryRun").asBoolean()
                        ? portability.lists().tryOut(organisation.id(), file, wish)
                        : portability.lists().run(organisation.id(), file, wish);
        return Map.of("report", report);
    }

    private Map<String, ?> rows(JsonNode wanted, ControlSocket.Told told) {
        Path from = Path.of(wanted.path("file").asText());
        Set<Integer> numbers = new HashSet<>();
        wanted.path("rows").forEach(number -> numbers.add(number.asInt()));
        List<SalvagedRow> chosen =
                new String(read(from), StandardCharsets.UTF_8)
                        .lines()
                        .flatMap(line -> SalvagedRow.parse(line).stream())
                        .filter(row -> numbers.contains(row.number()))
                        .toList();
        String by = wanted.path("by").asText("unknown");
        List<RowImport.Result> results = portability.salvage().take(chosen, by, told::progress);
        int files = portability.salvage().takeFiles(Path.of(wanted.path("files").asText()));
        long taken = results.stream().filter(RowImport.Result::taken).count();
        LOG.info("{} of {} salvaged rows were taken over from {}", taken, results.size(), from);
        return Map.of(
                "results", results.stream().map(ServedImports::told).toList(), "files", files);
    }

    private static Map<String, ?> told(RowImport.Result result) {
        return Map.of("row", result.row().number(), "taken", result.taken(), "why", result.why());
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "read " + file,
                    e.toString(),
                    "the server reads it: its user needs the right to",
                    e);
        }
    }
}
