package org.todoku.backup.archive;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.todoku.backup.fault.BackupException;

/**
 * Whatever lies where a capsule should: a capsule that can be laid down, or damage that is named.
 */
class CapsuleFuzzTest {
    private static final byte[] GOOD =
            Json.write(
                    new Capsule(
                            "1.0",
                            Map.of(
                                    Capsule.CONFIG,
                                    Capsule.encode("http: {}".getBytes(StandardCharsets.UTF_8)),
                                    "keys/dkim.pem",
                                    Capsule.encode(new byte[] {1, 2, 3}))));

    private static final String[] WORDS = {
        "null", "\\u0000", "\"", "{", "}", "[", "]", ":", ",", "=", "../", "/", "1e999", "\\",
        "\"\":"
    };

    @Property(tries = 8000, shrinking = ShrinkingMode.OFF)
    void isReadOrRefused(@ForAll("objects") byte[] content) {
        try {
            Capsule capsule = Archive.parse("capsule/1", content, Capsule.class);
            assertThat(capsule.version()).isNotNull();
            capsule.files()
                    .forEach(
                            (name, file) -> {
                                assertThat(Path.of("/x").resolve(name)).isNotNull();
                                assertThat(Capsule.decode(file)).isNotNull();
                            });
        } catch (BackupException e) {
            assertThat(e.getMessage()).contains("capsule/1");
        }
    }

    @Provide
    Arbitrary<byte[]> objects() {
        return Arbitraries.randomValue(CapsuleFuzzTest::mangled);
    }

    private static byte[] mangled(Random random) {
        byte[] bytes = GOOD;
        for (int i = random.nextInt(6); i >= 0 && bytes.length > 0; i--) {
            int at = random.nextInt(bytes.length);
            int gone = random.nextInt(3) == 0 ? Math.min(random.nextInt(30), bytes.length - at) : 0;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            if (random.nextBoolean()) {
                String word = WORDS[random.nextInt(WORDS.length)];
                out.writeBytes(word.getBytes(StandardCharsets.UTF_8));
            } else {
                out.write(random.nextInt(256));
            }
            out.write(bytes, at + gone, bytes.length - at - gone);
            bytes = out.toByteArray();
        }
        return bytes;
    }
}
