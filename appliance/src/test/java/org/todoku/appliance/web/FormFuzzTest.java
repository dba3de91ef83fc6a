package org.todoku.appliance.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
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

    @Provide
    Arbitrary<byte[]> bodies() {
        return Mangled.of(List.of(BODY.getBytes(StandardCharsets.UTF_8)));
    }
}
