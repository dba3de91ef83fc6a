package org.todoku.migrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The bases and epochs of an archive. */
@Command(
        name = "list",
        description = "Lists the bases and epochs of the archive.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class ListCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Override
    public Integer call() {
        try (Archive archive = ArchiveOptions.open(options.kit(config.file()))) {
            List<Map<String, Object>> bases =
                    archive.bases().stream().map(ListCommand::facts).toList();
            List<Map<String, Object>> epochs =
                    Chain.read(archive).links().stream().map(ListCommand::facts).toList();
            output.result(Map.of("bases", bases, "epochs", epochs), text(bases, epochs));
            return 0;
        }
    }

    private static Map<String, Object> facts(BaseManifest base) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("base", base.id());
        facts.put("taken", base.taken());
        facts.put("bytes", base.bytes());
        facts.put("version", base.version());
        return facts;
    }

    private static Map<String, Object> facts(Chain.Link link) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("epoch", link.epoch().number());
        facts.put("claimed", link.epoch().claimed());
        facts.put("host", link.epoch().host());
        facts.put("segments", link.segments().size());
        return facts;
    }

    private static String text(List<Map<String, Object>> bases, List<Map<String, Object>> epochs) {
        StringBuilder text = new StringBuilder();
        for (Map<String, Object> base : bases) {
            text.append(
                    "base  %s  taken %s  %s bytes%n"
                            .formatted(base.get("base"), base.get("taken"), base.get("bytes")));
        }
        for (Map<String, Object> epoch : epochs) {
            text.append(
                    "epoch %s  claimed %s by %s, %s segments%n"
                            .formatted(
                                    epoch.get("epoch"),
                                    epoch.get("claimed"),
                                    epoch.get("host"),
                                    epoch.get("segments")));
        }
        return text.toString().stripTrailing();
    }
}
