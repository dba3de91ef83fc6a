package org.todoku.backup;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("org.todoku.backup");

    /** Backup → {ship, restore} → {volume, archive} → objects; faults below all. */
    @Test
    void importsGoOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("facade")
                .definedBy("org.todoku.backup")
                .layer("ship")
                .definedBy("org.todoku.backup.ship")
                .layer("restore")
                .definedBy("org.todoku.backup.restore")
                .layer("archive")
                .definedBy("org.todoku.backup.archive")
                .layer("volume")
                .definedBy("org.todoku.backup.volume")
                .layer("objects")
                .definedBy("org.todoku.backup.objects")
                .whereLayer("facade")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("ship")
                .mayOnlyBeAccessedByLayers("facade")
                .whereLayer("restore")
                .mayOnlyBeAccessedByLayers("facade")
                .whereLayer("archive")
                .mayOnlyBeAccessedByLayers("facade", "ship", "restore")
                .whereLayer("volume")
                .mayOnlyBeAccessedByLayers("facade", "ship", "restore", "archive")
                .whereLayer("objects")
                .mayOnlyBeAccessedByLayers("facade", "archive", "ship", "restore")
                .check(CLASSES);
    }
}
