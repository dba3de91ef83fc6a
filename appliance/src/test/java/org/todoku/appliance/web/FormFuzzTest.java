package org.todoku.appliance.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.todoku.appliance.Mangled;
import org.todoku.appliance.kernel.FaultException;

/** Whatever a browser or a program posts: a form, or a refusal with its status. */
class FormFuzzTest {
    private static final String BODY =
            """
            --b
            Content-Disposition: form-data; name="item:学年"

            3年
            --b
            Content-Disposition: form-data; name="files"; filename="案内.pdf"
            Content-Type: application/pdf

            %PDF
            --b--
            """
                    .replace("\n", "\r\n");

    @Property(tries = 4000, shrinking = ShrinkingMode.OFF)
    void aFormWithFilesIsReadOrRefused(@ForAll("bodies") byte[] body) {
        try {
            Form form = Multipart.parse("multipart/form-data; boundary=b", body);
            form.fields().values().forEach(values -> assertThat(values).doesNotContainNull());
        } catch (Problem e) {
            assertThat(e.status()).isBetween(400, 499);
        } catch (FaultException e) {
            assertThat(e.fault().httpStatus()).isBetween(400, 499);
        }
    }

    @Property(tries = 6000, shrinking = ShrinkingMode.OFF)
    void aFormWithoutFilesIsReadOrRefused(@ForAll("encoded") byte[] body) {
        try {
            Map<String, List<String>> fields =
                    Call.decode(new String(body, StandardCharsets.UTF_8));
            Form form = new Form(fields, Map.of());
            fields.forEach(
                    (name, values) -> {
                        assertThat(values).isNotEmpty().doesNotContainNull();
                        assertThat(form.text(name)).isEqualTo(values.getFirst().strip());
                    });
        } catch (Problem e) {
            assertThat(e.status()).isBetween(400, 499);
        }
    }

    @Provide
    Arbitrary<byte[]> encoded() {
        String form =
                "name=%E5%B1%B1%E7%94%B0+%E8%8A%B1%E5%AD%90&item%3A%E5%AD%A6%E5%B9%B4=3&item%3A=&a&=b&&c=%00&d=%ED%A0%80";
        return Mangled.of(List.of(form.getBytes(StandardCharsets.UTF_8)));
    }

    @Provide
    Arbitrary<byte[]> bodies() {
        return Mangled.of(List.of(BODY.getBytes(StandardCharsets.UTF_8)));
    }
}
