package org.todoku.appliance;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/** Bytes from strangers: good ones with a few things done to them, and mere noise. */
public final class Mangled {
    private static final String[] WORDS = {
        "\r\n",
        "\r\n\r\n",
        "\n",
        "\0",
        "\u001b$B",
        "\u001b(I",
        "=?",
        "?=",
        "=?utf-8?B?",
        "%",
        "%00",
        "--",
        "\"",
        "\\",
        "<",
        ">",
        "@",
        "+b",
        "+r",
        "+j",
        "+s",
        ";",
        "boundary=",
        "Content-Type: ",
        "multipart/report; ",
        "charset=",
        "base64",
        "99999999999999999999",
        "-1",
        "\uFEFF",
        "PK\u0003",
        "From: ",
        "DKIM-Signature: ",
        "v=1; a=",
        "{",
        "[",
        "null",
        ",",
        "(",
        "=00",
        "=\r\n"
    };

    private Mangled() {}

    /** Each a seed to which up to 12 things were done; every tenth is noise. */
    public static Arbitrary<byte[]> of(List<byte[]> seeds) {
        return Arbitraries.randomValue(random -> mangle(seeds, random));
    }

    private static byte[] mangle(List<byte[]> seeds, Random random) {
        if (seeds.isEmpty() || random.nextInt(10) == 0) {
            byte[] noise = new byte[random.nextInt(2000)];
            random.nextBytes(noise);
            return noise;
        }
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        for (int i = random.nextInt(12); i >= 0 && bytes.length > 0; i--) {
            bytes = once(bytes, random);
        }
        return bytes;
    }

    private static byte[] once(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        int length = Math.min(bytes.length - at, 1 + random.nextInt(60));
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> joined(bytes, at, new byte[0], at + length);
            case 2 -> joined(bytes, at, Arrays.copyOfRange(bytes, at, at + length), at);
            case 3 -> {
                String word = WORDS[random.nextInt(WORDS.length)];
                yield joined(bytes, at, word.getBytes(StandardCharsets.UTF_8), at);
            }
            case 4 -> {
                byte[] same = bytes.clone();
                same[at] = (byte) random.nextInt(256);
                yield same;
            }
            default -> {
                byte[] high = new byte[1 + random.nextInt(8)];
                random.nextBytes(high);
                yield joined(bytes, at, high, at);
            }
        };
    }

    private static byte[] joined(byte[] bytes, int before, byte[] between, int after) {
        byte[] all = new byte[before + between.length + bytes.length - after];
        System.arraycopy(bytes, 0, all, 0, before);
        System.arraycopy(between, 0, all, before, between.length);
        System.arraycopy(bytes, after, all, before + between.length, bytes.length - after);
        return all;
    }
}
