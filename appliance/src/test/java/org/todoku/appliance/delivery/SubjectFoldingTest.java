package org.todoku.appliance.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.todoku.appliance.delivery.Network.await;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.todoku.appliance.audience.Audience;
import org.todoku.appliance.message.MessageId;
import org.todoku.appliance.message.MessageState;
import org.todoku.appliance.message.NewMessage;

/** RFC 2047 section 5: no character is cut in two, and no encoded word is longer than 75. */
class SubjectFoldingTest {
    private static final Pattern WORD =
            Pattern.compile("=\\?UTF-8\\?B\\?([^?]*)\\?=", Pattern.CASE_INSENSITIVE);
    private static final int LONGEST_LINE = 76;
    private static final int LONGEST_WORD = 75;

    @TempDir Path dir;

    @ParameterizedTest
    @ValueSource(strings = {"𠮷野家の🏫からのお知らせ😀です🎌", "a𠮷bc🏫d", "運動会は雨のため延期します", "👨‍👩‍👧‍👦が̈ば"})
    void eachEncodedWordIsWholeByItself(String part) throws Exception {
        String subject = part.repeat(NewMessage.MAX_SUBJECT / part.length());
        try (FakeRelay relay = new FakeRelay((stage, to) -> FakeRelay.ok(stage));
                Network network = new Network(dir, relay.relay(1))) {
            network.member("a@example.jp");
            NewMessage message =
                    new NewMessage(
                            subject,
                            "本文",
                            new Audience.Everyone(),
                            false,
                            Optional.empty(),
                            Optional.empty());
            MessageId id =
                    network.sending.send(network.school.id(), "test", message, Optional.empty());
            Dispatcher dispatcher = network.dispatcher(Durability.LOCAL);
            dispatcher.start();
            await(() -> network.messages.find(id).orElseThrow().state() == MessageState.SENT);
            assertThat(dispatcher.stop(Duration.ofSeconds(10))).isTrue();
            String header = header(relay.taken().getFirst().text());
            assertThat(decoded(header)).as(header).contains(subject);
        }
    }

    /** The header with its folded lines. */
    private static String header(String mail) {
        Matcher found = Pattern.compile("(?m)^Subject:.*(\\r\\n[ \\t].*)*").matcher(mail);
        assertThat(found.find()).isTrue();
        return found.group();
    }

    private static String decoded(String header) throws CharacterCodingException {
        assertThat(header.lines())
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.length() <= LONGEST_LINE);
        StringBuilder text = new StringBuilder();
        Matcher word = WORD.matcher(header);
        while (word.find()) {
            assertThat(word.group()).hasSizeLessThanOrEqualTo(LONGEST_WORD);
            byte[] bytes = Base64.getDecoder().decode(word.group(1));
            // Refuses half a character.
            text.append(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)));
        }
        return text.toString();
    }
}
