package org.todoku.appliance.portable;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import org.todoku.appliance.Mangled;
import org.todoku.appliance.kernel.FaultException;

/** Whatever file is given as an export: it is opened, or refused with the place in it. */
class ExportFuzzTest {
    private static final byte[] GOOD = good();

    @Property(tries = 1500, shrinking = ShrinkingMode.OFF)
    void aFileIsOpenedOrRefused(@ForAll("files") byte[] bytes) throws IOException {
        Path file = Files.createTempFile("export-fuzz", ".zip");
        try {
            Files.write(file, bytes);
            try (ExportFile opened = ExportFile.open(file)) {
                assertThat(opened.manifest().format()).isEqualTo(Manifest.FORMAT);
            }
        } catch (FaultException e) {
            assertThat(e.fault().httpStatus()).as(e.getMessage()).isLessThan(500);
        } finally {
            Files.delete(file);
        }
    }

    @Provide
    Arbitrary<byte[]> files() {
        return Mangled.of(List.of(GOOD));
    }

    private static byte[] good() {
        try (SampleOrganisation from = new SampleOrganisation("export-fuzz")) {
            assertThat(from.fill().slug()).isEqualTo("aoba");
            Path folder = Files.createTempDirectory("export-fuzz");
            byte[] bytes = Files.readAllBytes(from.export(folder.resolve("good.zip"), "aoba"));
            Files.delete(folder.resolve("good.zip"));
            Files.delete(folder);
            return bytes;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
