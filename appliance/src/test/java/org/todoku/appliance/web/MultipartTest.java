package org.todoku.appliance.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Forms with files, as browsers send them. */
class MultipartTest {
    @Test
    void namesOfFieldsAndFilesAreUtf8AsBrowsersWriteThem() {
        String body =
                """
                --b
                Content-Disposition: form-data; name="item:学年"

                3年
                --b
                Content-Disposition: form-data; name="files"; filename="運動会 案内.pdf"
                Content-Type: application/pdf

                %PDF
                --b--
                """
                        .replace("\n", "\r\n");
        Form form =
                Multipart.parse(
                        "multipart/form-data; boundary=b", body.getBytes(StandardCharsets.UTF_8));
        assertThat(form.values("item:学年")).containsExactly("3年");
        assertThat(form.files("files"))
                .singleElement()
                .satisfies(file -> assertThat(file.name()).isEqualTo("運動会 案内.pdf"));
    }
}
