package org.todoku.packaging;

import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;

/**
 * A list as Excel saves it in Japan (CP932, CRLF): a thousand families of a primary school, with
 * what such lists really have wrong. The same at every run.
 */
final class SchoolRoster {
    static final Charset CP932 = Charset.forName("windows-31j");
    static final int FAMILIES = 1000;

    /** The line of the file (the header is line 1) that repeats the family of line 11. */
    static final int DUPLICATE_LINE = FAMILIES + 2;

    static final int BROKEN_LINE = FAMILIES + 3;
    static final int BAD_ADDRESS_LINE = FAMILIES + 4;

    private static final String HEADER = "会員番号,氏名,フリガナ,メール,メール2,学年,組";
    private static final String[][] FAMILY = {
        {"佐藤", "サトウ"}, {"鈴木", "スズキ"}, {"髙橋", "ﾀｶﾊｼ"}, {"田中", "タナカ"},
        {"伊藤", "イトウ"}, {"渡邊", "ワタナベ"}, {"山﨑", "ヤマサキ"}, {"中村", "ナカムラ"},
        {"小林", "コバヤシ"}, {"加藤", "カトウ"}
    };
    private static final String[][] GIVEN = {
        {"太郎", "タロウ"}, {"花子", "ハナコ"}, {"一郎", "イチロウ"}, {"美咲", "ミサキ"}, {"健", "ケン"}, {"さくら", "サクラ"}
    };

    private SchoolRoster() {}

    /** The whole file. */
    static byte[] file() {
        Random random = new Random(20261122);
        List<String> lines = new ArrayList<>(List.of(HEADER));
        for (int i = 0; i < FAMILIES; i++) {
            lines.add(family(i, random));
        }
        lines.add(lines.get(10));
        lines.add("9001,欠けた 行,カケタ ギョウ");
        lines.add("9002,宛先 誤,アテサキ アヤマリ,not-an-address,,2,1");
        return (String.join("\r\n", lines) + "\r\n").getBytes(CP932);
    }

    /** How many addresses the good lines have in all. */
    static int addresses() {
        return FAMILIES + FAMILIES / 10;
    }

    private static String family(int i, Random random) {
        String[] family = FAMILY[random.nextInt(FAMILY.length)];
        String[] given = GIVEN[random.nextInt(GIVEN.length)];
        StringJoiner line = new StringJoiner(",");
        line.add(String.valueOf(1000 + i));
        line.add(family[0] + "　" + given[0]);
        line.add(family[1] + " " + given[1]);
        line.add(address(i));
        line.add(i % 10 == 0 ? "second" + i + "@example.com" : "");
        line.add(String.valueOf(i % 6 + 1));
        line.add(String.valueOf(i % 3 + 1));
        return line.toString();
    }

    /** Some as the carriers once gave them out, which no RFC allows. */
    private static String address(int i) {
        return switch (i) {
            case 17 -> "abc..def.@docomo.ne.jp";
            case 18 -> "abc.@ezweb.ne.jp";
            default -> "family" + i + "@example.jp";
        };
    }
}
