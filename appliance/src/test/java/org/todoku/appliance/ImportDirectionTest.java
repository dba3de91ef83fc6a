package org.todoku.appliance;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.ArrayList;
import java.util.List;

/**
 * Imports go one way, so that a feature can be read, and replaced, without those above it (DESIGN
 * section 2).
 */
@AnalyzeClasses(
        packages = "org.todoku.appliance",
        importOptions = ImportOption.DoNotIncludeTests.class)
class ImportDirectionTest {
    /** From the top down; those of one line may not import one another. */
    private static final List<List<String>> ORDER =
            List.of(
                    List.of("web"),
                    List.of("continuity"),
                    List.of("portable"),
                    List.of("inbound", "mailcheck", "repeat"),
                    List.of("survey", "campaign", "delivery"),
                    List.of("message"),
                    List.of("audience"),
                    List.of("member"),
                    List.of("account"),
                    List.of("store"),
                    List.of("names"),
                    List.of("kernel"));

    @ArchTest static final ArchRule FEATURES_IMPORT_DOWNWARDS_ONLY = layers();

    @ArchTest
    static final ArchRule ONLY_CONTINUITY_AND_THE_WIRING_KNOW_THE_BACKUP =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            ORDER.stream()
                                    .flatMap(List::stream)
                                    .filter(name -> !name.equals("continuity"))
                                    .map(name -> "org.todoku.appliance." + name + "..")
                                    .toArray(String[]::new))
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.todoku.backup..");

    private static ArchRule layers() {
        LayeredArchitecture layers =
                layeredArchitecture()
                        .consideringOnlyDependenciesInLayers()
                        .withOptionalLayers(true);
        for (String name : ORDER.stream().flatMap(List::stream).toList()) {
            layers = layers.layer(name).definedBy("org.todoku.appliance." + name + "..");
        }
        List<String> above = new ArrayList<>();
        for (List<String> level : ORDER) {
            for (String name : level) {
                layers =
                        above.isEmpty()
                                ? layers.whereLayer(name).mayNotBeAccessedByAnyLayer()
                                : layers.whereLayer(name)
                                        .mayOnlyBeAccessedByLayers(above.toArray(String[]::new));
            }
            above.addAll(level);
        }
        return layers;
    }
}
