package org.todoku.appliance.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.member.Members;
import org.todoku.appliance.member.NewMember;
import org.todoku.appliance.member.ProfileItem;
import org.todoku.appliance.member.ProfileItems;

/**
 * The made-up families of a primary school. Always the same, so that pictures and tests can count
 * on them. All addresses end in {@code example.jp}: nobody real can be reached by mistake.
 */
public final class SampleSchool {
    /** The network's name. */
    public static final String NAME = "青葉小学校 連絡網";

    /** Before the @ of the network's address. */
    public static final String SLUG = "aoba";

    private static final List<String> GRADES = List.of("1", "2", "3", "4", "5", "6");
    private static final List<String> CLASSES = List.of("1", "2");
    private static final List<String> DISTRICTS = List.of("青葉台", "若葉町", "川西", "駅前");

    private static final List<String[]> FAMILIES =
            pairs(
                    "佐藤 さとう 鈴木 すずき 高橋 たかはし 田中 たなか 伊藤 いとう 渡辺 わたなべ 山本 やまもと 中村 なかむら"
                            + " 小林 こばやし 加藤 かとう 吉田 よしだ 山田 やまだ 佐々木 ささき 山口 やまぐち 松本 まつもと"
                            + " 井上 いのうえ 木村 きむら 林 はやし 斎藤 さいとう 清水 しみず 山崎 やまざき 森 もり 池田 いけだ"
                            + " 橋本 はしもと 阿部 あべ 石川 いしかわ 山下 やました 中島 なかじま 石井 いしい 小川 おがわ");

    private static final List<String[]> PARENTS =
            pairs(
                    "恵子 けいこ 健一 けんいち 由美子 ゆみこ 直樹 なおき 真理 まり 大輔 だいすけ 久美子 くみこ 誠 まこと"
                            + " 裕子 ゆうこ 拓也 たくや 陽子 ようこ 浩二 こうじ 明美 あけみ");

    private static final int MEMBERS = 60;

    private SampleSchool() {}

    /** Enters the profile items and the families. */
    public static void fill(OrganisationId school, ProfileItems items, Members members) {
        items.define(school, "学年", ProfileItem.Kind.MULTIPLE, GRADES);
        items.define(school, "組", ProfileItem.Kind.SINGLE, CLASSES);
        items.define(school, "地区", ProfileItem.Kind.SINGLE, DISTRICTS);
        for (int i = 0; i < MEMBERS; i++) {
            members.create(school, member(i));
        }
    }

    private static NewMember member(int i) {
        String[] family = FAMILIES.get(i % FAMILIES.size());
        String[] parent = PARENTS.get((i * 7 + i / FAMILIES.size()) % PARENTS.size());
        Map<String, List<String>> profile = new LinkedHashMap<>();
        profile.put("学年", grades(i));
        profile.put("組", List.of(CLASSES.get(i / 6 % 2)));
        profile.put("地区", List.of(DISTRICTS.get(i * 5 % 4)));
        return new NewMember(
                family[0] + " " + parent[0], family[1] + " " + parent[1], addresses(i), profile);
    }

    /** Every seventh family has children in two grades. */
    private static List<String> grades(int i) {
        String first = GRADES.get(i % 6);
        String second = GRADES.get((i + 2) % 6);
        return i % 7 == 3 ? List.of(first, second) : List.of(first);
    }

    /** Shapes as they really occur: dots in odd places, two phones, a box that is gone. */
    private static List<EmailAddress> addresses(int i) {
        List<EmailAddress> addresses = new ArrayList<>();
        addresses.add(EmailAddress.of(first(i)));
        if (i % 8 == 5) {
            addresses.add(EmailAddress.of("family" + i + "@mail.example.jp"));
        }
        return addresses;
    }

    private static String first(int i) {
        if (i == 17) {
            return "gone.box" + i + "@mail.example.jp";
        }
        if (i == 41) {
            return "busy.box" + i + "@mail.example.jp";
        }
        return switch (i % 4) {
            case 0 -> "aoba..parent" + i + ".@docomo.example.jp";
            case 1 -> "parent-" + i + "@au.example.jp";
            case 2 -> "parent.no" + i + "@softbank.example.jp";
            default -> "parent" + i + "@mail.example.jp";
        };
    }

    private static List<String[]> pairs(String words) {
        String[] all = words.split(" +");
        List<String[]> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < all.length; i += 2) {
            pairs.add(new String[] {all[i], all[i + 1]});
        }
        return pairs;
    }
}
