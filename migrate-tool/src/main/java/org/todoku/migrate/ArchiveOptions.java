package org.todoku.migrate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.ApplianceConfig;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.RecoveryKit;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import picocli.CommandLine.Option;

/**
 * Where the archive lies and what opens it: from the kit alone, or from the flags, and what they
 * leave out from the configuration.
 */
final class ArchiveOptions {
    @Option(
            names = "--archive",
            paramLabel = "URL",
            description = "file:///folder or s3://bucket/prefix")
    private @Nullable String archive;

    @Option(names = "--endpoint", paramLabel = "URL", description = "of an S3-compatible server")
    private @Nullable String endpoint;

    @Option(names = "--region", paramLabel = "R")
    private @Nullable String region;

    @Option(names = "--path-style", description = "the bucket's name in the path, not the host")
    private boolean pathStyle;

    @Option(names = "--key-file", paramLabel = "F", description = "the archive's key")
    private @Nullable Path keyFile;

    @Option(
            names = "--kit",
            paramLabel = "FILE",
            description = "the recovery kit, in place of all of these")
    private @Nullable Path kit;

    /** The kit that these options amount to. */
    RecoveryKit kit(Optional<Path> configFile) {
        if (kit != null) {
            return RecoveryKit.read(kit);
        }
        Optional<ApplianceConfig.Archive> configured =
                configFile.map(file -> config(file).archive());
        return new RecoveryKit(location(configured), key(configured));
    }

    /** Whether the recovery kit opens the archive, and nothing else. */
    boolean isKit() {
        return kit != null;
    }

    /** Whether these options, or the configuration, name a key that is there. */
    boolean namesKey(Optional<Path> configFile) {
        return kit != null
                || keyFile != null
                || configFile
                        .flatMap(file -> config(file).archive().keyFile())
                        .filter(Files::exists)
                        .isPresent();
    }

    StoreLocation location(Optional<ApplianceConfig.Archive> configured) {
        if (kit != null) {
            return RecoveryKit.read(kit).location();
        }
        if (archive != null) {
            boolean same =
                    configured
                            .flatMap(ApplianceConfig.Archive::url)
                            .filter(url -> url.toString().equals(archive))
                            .isPresent();
            Optional<ApplianceConfig.Archive> rest = same ? configured : Optional.empty();
            return StoreLocation.of(
                    archive,
                    orElse(endpoint, rest.flatMap(ApplianceConfig.Archive::endpoint)),
                    orElse(region, rest.flatMap(ApplianceConfig.Archive::region)),
                    pathStyle || rest.map(ApplianceConfig.Archive::pathStyle).orElse(false));
        }
        return configured
                .filter(c -> c.url().isPresent())
                .map(
                        c ->
                                new StoreLocation(
                                        c.url().orElseThrow(),
                                        c.endpoint(),
                                        c.region(),
                                        c.pathStyle()))
                .orElseThrow(
                        () ->
                                Refusal.usage(
                                        "no archive is named",
                                        "give --kit FILE, or --archive URL and --key-file F"));
    }

    /** Opens the store alone, for what needs no key. */
    ObjectStore store(Optional<Path> configFile) {
        return ObjectStores.open(location(configFile.map(file -> config(file).archive())));
    }

    static Archive open(RecoveryKit kit) {
        ObjectStore store = ObjectStores.open(kit.location());
        try {
            return Archive.open(store, kit.key());
        } catch (RuntimeException e) {
            store.close();
            throw e;
        }
    }

    /** Where the second archive lies, if the flags name a place. */
    Optional<StoreLocation> second() {
        return archive == null && kit == null
                ? Optional.empty()
                : Optional.of(location(Optional.empty()));
    }

    /** The key file of the flags. */
    Path secondKey() {
        return Optional.ofNullable(keyFile)
                .orElseThrow(
                        () ->
                                Refusal.usage(
                                        "no key file for the second archive",
                                        "give --key-file F; it is made if it is missing"));
    }

    /** Where the server's own archive lies and what opens it. */
    static RecoveryKit kitOf(ApplianceConfig config, Path data) {
        ApplianceConfig.Archive archive = config.archive();
        StoreLocation place =
                new StoreLocation(
                        archive.url()
                                .orElseThrow(
                                        () ->
                                                Refusal.usage(
                                                        "the server has no archive",
                                                        "set archive.url in its configuration")),
                        archive.endpoint(),
                        archive.region(),
                        archive.pathStyle());
        return new RecoveryKit(place, ArchiveKey.read(archive.keyFileIn(data)));
    }

    static ApplianceConfig config(Path file) {
        return ApplianceConfig.read(file, System.getenv());
    }

    private ArchiveKey key(Optional<ApplianceConfig.Archive> configured) {
        Path file =
                Optional.ofNullable(keyFile)
                        .or(
                                () ->
                                        configured
                                                .flatMap(ApplianceConfig.Archive::keyFile)
                                                .filter(Files::exists))
                        .orElseThrow(
                                () ->
                                        Refusal.usage(
                                                "no key for the archive",
                                                "give --key-file F or --kit FILE; the key is on"
                                                        + " the recovery kit"));
        return ArchiveKey.read(file);
    }

    private static @Nullable String orElse(@Nullable String given, Optional<?> otherwise) {
        return given != null ? given : otherwise.map(Object::toString).orElse(null);
    }
}
