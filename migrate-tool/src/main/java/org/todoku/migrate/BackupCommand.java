package org.todoku.migrate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.todoku.appliance.Maintenance;
import org.todoku.appliance.continuity.ControlSocket;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A base backup now. */
@Command(
        name = "backup",
        description = "Takes a base backup now, through the running server if there is one.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class BackupCommand implements Callable<Integer> {
    private static final JsonMapper JSON = new JsonMapper();

    private static final TypeReference<Map<String, Object>> FACTS = new TypeReference<>() {};

    @Mixin private ArchiveOptions archive;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--data",
            required = true,
            paramLabel = "DIR",
            description = "the data directory")
    private Path data;

    @Option(
            names = "--full",
            description = "needs no other base: after damage was found in the archive")
    private boolean full;

    @Option(
            names = "--follow",
            description =
                    "ships to a second archive (--archive, --key-file) until it is stopped; without"
                            + " --archive beside the server's own")
    private boolean follow;

    @Option(names = "--once", description = "with --follow: ships what there is, then ends")
    private boolean once;

    @Option(
            names = "--rate",
            paramLabel = "MIB",
            defaultValue = "20",
            description = "with --follow: bases are copied at so many MiB/s (${DEFAULT-VALUE})")
    private double rate;

    @Override
    public Integer call() throws IOException {
        if (!Files.isDirectory(data.resolve("db"))) {
            throw Refusal.usage(
                    "there is no database in " + data, "name the directory that todoku serve uses");
        }
        if (follow) {
            Path file = config.file().orElse(data.resolve("todoku.yaml"));
            new Following(data, ArchiveOptions.config(file), rate, output)
                    .run(archive.second(), archive.secondKey(), once);
            return 0;
        }
        output.begin("base", "taking a base of " + data);
        Optional<JsonNode> answer = ControlSocket.ask(data, full ? "full-base" : "base");
        JsonNode facts =
                answer.isPresent()
                        ? done(answer.get())
                        : JSON.valueToTree(Maintenance.takeBase(data, config.file(), full));
        String text =
                "base %s of %,d bytes is in the archive, %,d of them new%s"
                        .formatted(
                                facts.path("base").asText(),
                                facts.path("bytes").asLong(),
                                facts.path("ownBytes").asLong(),
                                answer.isPresent()
                                        ? " (taken by the running server)"
                                        : " (no server runs here: the directory was opened for it)");
        output.done("base", "the base counts");
        output.result(JSON.convertValue(facts, FACTS), text);
        return 0;
    }

    private static JsonNode done(JsonNode answer) {
        JsonNode failed = answer.path("failed");
        if (!failed.isMissingNode()) {
            throw Refusal.of(failed.path("exit").asInt(1), failed.path("message").asText());
        }
        return answer.path("done");
    }
}
