package org.todoku.migrate;

import io.nayuki.qrcodegen.QrCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.BaseLayers;
import org.todoku.backup.archive.BaseManifest;
import org.todoku.backup.archive.Chain;
import org.todoku.backup.archive.ForkPoint;
import org.todoku.backup.archive.RecoveryKit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The sheet of paper that an emergency needs. */
@Command(
        name = "kit",
        description = "Makes the recovery kit: a page to print with the archive's place and key.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class KitCommand implements Callable<Integer> {
    @Mixin private ArchiveOptions options;
    @Mixin private ConfigOption config;
    @Mixin private Output output;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "an .html page for A4, or a text file; without it the text is printed")
    private @Nullable Path out;

    @Option(names = "--check", description = "proves that the kit opens the newest base and log")
    private boolean check;

    @Option(
            names = "--rotate",
            paramLabel = "FILE",
            description =
                    "replaces the archive's key: writes the new one to FILE, which must not exist")
    private @Nullable Path rotate;

    @Override
    public Integer call() throws IOException {
        RecoveryKit kit = options.kit(config.file());
        try (Archive archive = ArchiveOptions.open(kit)) {
            if (rotate != null) {
                kit = rotate(archive, kit, rotate);
            }
            if (check) {
                prove(archive);
            } else if (out != null) {
                write(kit, out);
                output.result(
                        Map.of("kit", out.toString()),
                        "wrote "
                                + out
                                + ". It opens the archive: print it, then keep it like cash");
            } else {
                output.result(Map.of("kit", kit.page()), kit.page().stripTrailing());
            }
        }
        return 0;
    }

    /** The file first: once the archive knows the new key, no other way leads to it. */
    private RecoveryKit rotate(Archive archive, RecoveryKit old, Path file) {
        ArchiveKey next = ArchiveKey.generate(new SecureRandom());
        next.write(file);
        archive.rotate(next, InstantSource.system());
        output.done(
                "rotate",
                "the archive's key is replaced; the new one is in "
                        + file
                        + ". Put it in the place of the key-file of the running service and restart"
                        + " that: until then it can ship, but not start again. Print the new kit"
                        + " and destroy the old one: it still opens what was sealed before today");
        return new RecoveryKit(old.location(), next);
    }

    private void prove(Archive archive) {
        List<BaseManifest> bases = archive.bases();
        if (bases.isEmpty()) {
            throw Refusal.failed(
                    "the kit opens the archive, but there is no base in it",
                    "start the service once with this archive");
        }
        BaseManifest base = bases.getLast();
        for (BaseManifest under : BaseLayers.line(base, bases)) {
            archive.index(under.id());
            for (int pack = 1; pack <= under.packs().size(); pack++) {
                archive.pack(under.id(), pack);
            }
        }
        Optional<ForkPoint> tail = Chain.read(archive).tail();
        tail.ifPresent(t -> archive.segment(t.epoch(), t.sequence()));
        output.result(
                Map.of("opens", true, "base", base.taken()),
                "the kit opens the newest base (%s) and the newest log".formatted(base.taken()));
    }

    private static void write(RecoveryKit kit, Path file) throws IOException {
        boolean page = file.toString().endsWith(".html");
        String content = page ? page(kit) : kit.page();
        var owner = PosixFilePermissions.fromString("rw-------");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(owner));
        Files.writeString(file, content, StandardCharsets.UTF_8);
    }

    private static String page(RecoveryKit kit) throws IOException {
        try (InputStream in = KitCommand.class.getResourceAsStream("kit.html")) {
            if (in == null) {
                throw new IllegalStateException("kit.html is missing in the program");
            }
            String text = kit.page().replace("&", "&amp;").replace("<", "&lt;");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("@KIT@", text)
                    .replace("@MADE@", LocalDate.now(java.time.ZoneId.systemDefault()).toString())
                    .replace("@QR@", svgPath(QrCode.encodeText(kit.text(), QrCode.Ecc.MEDIUM)));
        }
    }

    private static String svgPath(QrCode code) {
        StringBuilder path = new StringBuilder();
        for (int y = 0; y < code.size; y++) {
            for (int x = 0; x < code.size; x++) {
                if (code.getModule(x, y)) {
                    path.append("M%d,%dh1v1h-1z".formatted(x, y));
                }
            }
        }
        return "<svg viewBox=\"-4 -4 %1$d %1$d\" role=\"img\" aria-label=\"QR\"><path d=\"%2$s\"/></svg>"
                .formatted(code.size + 8, path);
    }
}
