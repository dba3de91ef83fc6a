package org.todoku.appliance.member;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Language;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.TestStore;

class RosterTest {
    private static final String LIST =
            """
            会員番号,氏名,ふりがな,メールアドレス1,メール2,学年,組
            001,山田 太郎,ﾔﾏﾀﾞ ﾀﾛｳ,abc..def.@docomo.ne.jp,,１,A
            002,髙橋 花子,たかはし はなこ,hanako@example.jp,papa@example.jp;mama@example.jp,3,B
            003,鈴木 一,すずき はじめ,not an address,,2,A
            004,佐藤 二,さとう ふたり,hanako@example.jp,,2,A
            005,,なまえ なし,nameless@example.jp,,2,A
            006,"田中
            三郎",たなか,saburo@example.jp,,2,A
            007,渡辺,わたなべ,watanabe@example.jp
            """;

    @TempDir Path dir;
    private Database database;
    private Members members;
    private Roster roster;
    private Organisation school;

    @BeforeEach
    void open() {
        database = TestStore.open(dir);
        Ids ids = new Ids(InstantSource.system(), new Random(1));
        ProfileItems items = new ProfileItems(database, ids);
        members = new Members(database, ids, InstantSource.system(), items);
        roster = new Roster(database, ids, InstantSource.system(), items);
        school = new Organisations(database, ids, InstantSource.system()).create("緑小学校", "midori");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "windows-31j", "UTF-16", "UTF-16LE"})
    void importsWhatIsGoodAndNamesTheRestByLineAndColumn(String charset) {
        ImportReport report = importText(LIST, Charset.forName(charset));

        assertThat(report.created()).isEqualTo(3);
        assertThat(report.skipped()).isEqualTo(4);
        assertThat(report.problems())
                .extracting(
                        ImportReport.Problem::line,
                        ImportReport.Problem::column,
                        ImportReport.Problem::reason)
                .containsExactly(
                        tuple(4L, "メールアドレス1", "not a mail address: not"),
                        tuple(5L, "メールアドレス1", "duplicate of line 3"),
                        tuple(6L, "氏名", "the name is missing"),
                        tuple(9L, "", "wrong number of fields (4 on this line, 7 in the header)"));
        Member taro = byAddress("\"abc..def.\"@docomo.ne.jp").orElseThrow();
        assertThat(taro.kana()).isEqualTo("ヤマダ タロウ");
        assertThat(taro.profile())
                .containsEntry("学年", List.of("1"))
                .containsEntry("組", List.of("A"));
        assertThat(byAddress("mama@example.jp").orElseThrow().name()).isEqualTo("髙橋 花子");
        assertThat(byAddress("saburo@example.jp").orElseThrow().name()).isEqualTo("田中 三郎");
    }

    @Test
    void readsUtf8WithByteOrderMark() {
        assertThat(importText("\uFEFF" + LIST, StandardCharsets.UTF_8).created()).isEqualTo(3);
    }

    @Test
    void updatesByNumberAndKeepsAddresses() {
        importText(LIST, StandardCharsets.UTF_8);
        ImportReport again =
                importText("会員番号,氏名,メール,学年\n002,高橋 花,new@example.jp,4\n", StandardCharsets.UTF_8);

        assertThat(again).isEqualTo(new ImportReport(0, 1, 0, List.of()));
        Member hanako = byAddress("hanako@example.jp").orElseThrow();
        assertThat(hanako.name()).isEqualTo("高橋 花");
        assertThat(hanako.contacts()).hasSize(4);
        assertThat(hanako.profile())
                .containsEntry("学年", List.of("4"))
                .containsEntry("組", List.of("B"));
    }

    @Test
    void oneUnclosedQuoteSpoilsOnlyItsOwnLine() {
        ImportReport report =
                importText(
                        "name,email\nA,a@example.jp\n\"B,b@example.jp\nC,c@example.jp\nD,d@example.jp\n",
                        StandardCharsets.UTF_8);

        assertThat(report.created()).isEqualTo(3);
        assertThat(report.problems()).extracting(ImportReport.Problem::line).containsExactly(3L);
    }

    @Test
    void namesTheLineOfABrokenByte() {
        byte[] good =
                "氏名,メール\n山田,a@example.jp\n鈴木X,b@example.jp\n"
                        .getBytes(Charset.forName("windows-31j"));
        for (int i = 0; i < good.length; i++) {
            if (good[i] == 'X') {
                good[i] = (byte) 0xFF;
            }
        }
        ImportReport report = roster.importCsv(school.id(), good, Language.JA);

        assertThat(report.created()).isEqualTo(1);
        assertThat(report.problems())
                .containsExactly(new ImportReport.Problem(3, "氏名", "読み取れない文字（壊れたバイト）があります"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\u0000PK\u0003\u0004binary",
                "just a letter\nto you\n",
                "name,grade\nA,1\n",
                "email\na@b.jp\n"
            })
    void refusesWhatIsNoSuchListWhole(String text) {
        assertThatThrownBy(() -> importText(text, StandardCharsets.UTF_8))
                .isInstanceOf(FaultException.class)
                .hasMessageContaining("[invalid-request]");
        assertThat(members.counts(school.id()).joined()).isZero();
    }

    @Test
    void doesNotBringBackWhoHasLeft() {
        importText(LIST, StandardCharsets.UTF_8);
        Member taro = byAddress("abc..def.@docomo.ne.jp").orElseThrow();
        assertThat(members.leave(school.id(), taro.id())).isTrue();

        ImportReport again = importText(LIST, StandardCharsets.UTF_8);

        assertThat(again.updated()).isEqualTo(2);
        assertThat(members.find(school.id(), taro.id()).orElseThrow().state())
                .isEqualTo(MemberState.LEFT);
    }

    @Test
    void listsAThousandByKanaWithoutAddresses() {
        StringBuilder csv = new StringBuilder("氏名,ふりがな,メール\n");
        for (int i = 0; i < 1000; i++) {
            csv.append("名前")
                    .append(i)
                    .append(",かな")
                    .append(i % 7)
                    .append(",m")
                    .append(i)
                    .append("@example.jp\n");
        }
        assertThat(importText(csv.toString(), Charset.forName("windows-31j")).created())
                .isEqualTo(1000);

        List<MemberSummary> all = new java.util.ArrayList<>();
        Optional<String> next = Optional.empty();
        do {
            var page = members.page(school.id(), "", next);
            all.addAll(page.items());
            next = page.next();
        } while (next.isPresent());
        assertThat(all)
                .hasSize(1000)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo(java.util.Comparator.comparing(MemberSummary::kana));
        assertThat(all.toString()).doesNotContain("@");
        assertThat(members.page(school.id(), "名前99", Optional.empty()).items()).hasSize(11);
    }

    @Test
    void refusesAnAddressThatBelongsToAnotherMember() {
        importText(LIST, StandardCharsets.UTF_8);
        NewMember twin =
                new NewMember(
                        "双子",
                        "",
                        Stream.of("HANAKO@example.jp").map(EmailAddress::of).toList(),
                        java.util.Map.of());
        assertThatThrownBy(() -> members.create(school.id(), twin))
                .hasMessageContaining("[conflict]");
    }

    private ImportReport importText(String text, Charset charset) {
        return roster.importCsv(school.id(), text.getBytes(charset), Language.EN);
    }

    private Optional<Member> byAddress(String address) {
        return members.byAddress(school.id(), EmailAddress.of(address));
    }
}
