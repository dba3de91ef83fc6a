package org.todoku.appliance.inbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Mails as phones and programs write them, with labels that lie, against what their senders meant:
 * beside each mail a text with its subject in the first line.
 */
class CharsetTest {
    private static final Path FOLDER =
            Path.of("src/test/resources/org/todoku/appliance/inbound/charset");

    @Test
    void thereAreEnough() throws IOException {
        assertThat(mails()).hasSizeGreaterThanOrEqualTo(20);
    }

    @ParameterizedTest
    @MethodSource("mails")
    void isReadAsItsSenderMeantIt(Path mail) throws IOException {
        List<String> meant =
                Files.readAllLines(Path.of(mail.toString().replaceFirst("\\.eml$", ".txt")));
        ReceivedMail read = ReceivedMail.read(Files.readAllBytes(mail));
        assertThat(read.subject()).isEqualTo(meant.getFirst());
        assertThat(read.text().strip())
                .isEqualTo(String.join("\n", meant.subList(1, meant.size())));
    }

    static List<Path> mails() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".eml")).sorted().toList();
        }
    }
}
