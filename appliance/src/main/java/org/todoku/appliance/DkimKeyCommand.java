package org.todoku.appliance;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.todoku.appliance.delivery.dkim.DkimKey;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A new key that signs mails, and what to put into DNS and into the configuration for it. */
@Command(
        name = "dkim-key",
        description =
                "Makes a key that signs mails (DKIM), and prints the DNS record that belongs to it.",
        versionProvider = Main.VersionLine.class,
        mixinStandardHelpOptions = true)
final class DkimKeyCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--domain",
            required = true,
            paramLabel = "DOMAIN",
            description = "as mail.domain in the configuration")
    private String domain = "";

    @Option(
            names = "--selector",
            paramLabel = "NAME",
            defaultValue = "todoku1",
            description = "the key's name in DNS; a new one for each key")
    private String selector = "";

    @Option(
            names = "--kind",
            defaultValue = "rsa",
            description = "rsa (2,048 bits, which every receiver checks) or ed25519 (beside it)")
    private String kind = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "a new file; only its owner can read it")
    private Path out = Path.of("");

    @Override
    public Integer call() {
        DkimKey key = DkimKey.create(selector, kind(), out);
        PrintWriter print = spec.commandLine().getOut();
        print.printf("made %s. Put this into the DNS zone of %s:%n%n", out, domain);
        print.printf("%s._domainkey.%s. IN TXT %s%n%n", selector, domain, quoted(key.record()));
        print.println("and this into todoku.yaml, below mail:, once DNS has it:");
        print.println();
        print.printf("  dkim: [ { selector: %s, key-file: %s } ]%n", selector, out);
        print.flush();
        return 0;
    }

    private DkimKey.Kind kind() {
        try {
            return DkimKey.Kind.valueOf(kind.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new FaultException(
                    Fault.CONFIG_INVALID,
                    "make a key",
                    "--kind " + kind + " is neither rsa nor ed25519",
                    "leave --kind out for rsa",
                    e);
        }
    }

    /** In strings of at most 255 bytes (RFC 1035 section 3.3), as zone files want it. */
    static String quoted(String record) {
        return '"' + record.replaceAll("(.{200})(?=.)", "$1\" \"") + '"';
    }
}
