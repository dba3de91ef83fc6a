package org.todoku.appliance;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.account.Administrators;
import org.todoku.appliance.account.ApiTokens;
import org.todoku.appliance.account.Audit;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Organisations;
import org.todoku.appliance.kernel.EmailAddress;
import org.todoku.appliance.kernel.Fault;
import org.todoku.appliance.kernel.FaultException;
import org.todoku.appliance.kernel.Ids;
import org.todoku.appliance.kernel.Secret;
import org.todoku.appliance.member.ForeignImport;
import org.todoku.appliance.member.ProfileItems;
import org.todoku.appliance.message.FileStore;
import org.todoku.appliance.portable.Export;
import org.todoku.appliance.portable.ExportFile;
import org.todoku.appliance.portable.Import;
import org.todoku.appliance.portable.Manifest;
import org.todoku.appliance.salvaged.Salvage;
import org.todoku.appliance.store.Database;
import org.todoku.appliance.store.Tx;

/**
 * An organisation out of a database into a file, and out of a file into a database. A file is only
 * ever there whole; an import happens whole or not at all.
 */
public final class Portability {
    /** What the longest history takes, with room. */
    private static final Duration LONG = Duration.ofHours(6);

    /** A question that others write through may find half of what they did: what stays is wrong. */
    private static final int LOOKS = 3;

    private final Database database;
    private final FileStore files;
    private final Ids ids;
    private final InstantSource clock;

    Portability(Database database, FileStore files, Ids ids, InstantSource clock) {
        this.database = database;
        this.files = files;
        this.ids = ids;
        this.clock = clock;
    }

    /** Members and lists of other programs. */
    public ForeignImport lists() {
        return new ForeignImport(database, ids, clock, new ProfileItems(database, ids));
    }

    /** Rows that an old host had and the archive never got. */
    public Salvage salvage() {
        return new Salvage(database, files, new Audit(database, ids, clock));
    }

    /** Who can sign in to an organisation after an import. */
    public record SignIn(EmailAddress email, Secret password) {}

    /**
     * What an import is to do.
     *
     * @param slug of the organisation to be made, or of an empty one that is there
     * @param makes whether it is to be made
     */
    public record Wish(String slug, boolean makes, Optional<SignIn> signIn) {}

    /**
     * What an import did.
     *
     * @param token for the API, seen this once
     */
    public record Imported(Organisation organisation, Secret token) {}

    /** The organisation with this slug; the only one there is when none is named. */
    public Organisation organisation(Optional<String> slug) {
        List<Organisation> all = new Organisations(database, ids, clock).all();
        if (slug.isEmpty() && all.size() == 1) {
            return all.getFirst();
        }
        return all.stream()
                .filter(one -> slug.isPresent() && one.slug().equals(slug.get()))
                .findFirst()
                .orElseThrow(
                        () ->
                                new FaultException(
                                        Fault.INVALID_REQUEST,
                                        "find the organisation",
                                        slug.map(s -> "there is none with the slug " + s)
                                                .orElse("there is not one, but " + all.size()),
                                        "name one of: "
                                                + String.join(
                                                        ", ",
                                                        all.stream()
                                                                .map(Organisation::slug)
                                                                .toList())));
    }

    /** Writes an organisation into a file that only this user reads. */
    public Manifest export(OrganisationId organisation, Path to, Export.Progress progress) {
        Organisation found =
                new Organisations(database, ids, clock).find(organisation).orElseThrow();
        return database.readWithin(LONG, tx -> write(tx, found, to, progress));
    }

    private Manifest write(Tx tx, Organisation organisation, Path to, Export.Progress progress) {
        Path part = to.resolveSibling(to.getFileName() + ".part");
        try {
            Files.deleteIfExists(part);
            Manifest manifest;
            try (FileChannel channel = create(part)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
                manifest =
                        new Export(tx, files, organisation, progress)
                                .write(out, "todoku " + Version.TEXT, clock.instant());
                out.flush();
                channel.force(true);
            }
            Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
            return manifest;
        } catch (IOException e) {
            throw new FaultException(
                    Fault.STORAGE_UNAVAILABLE,
                    "write the export to " + to,
                    e.toString(),
                    "is there room, and may this user write there?",
                    e);
        } finally {
            drop(part);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(
                file,
                EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    private static void drop(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands in the way of an import; empty when nothing does. Changes nothing. */
    public List<String> conflicts(ExportFile file, Wish wish) {
        return database.readWithin(
                LONG,
                tx ->
                        new Import(file, tx, ids, (done, of) -> {})
                                .conflicts(wish.slug(), wish.makes()));
    }

    /** Imports it, in one transaction that the rules of a restore must hold for. */
    public Imported take(ExportFile file, Wish wish, Export.Progress progress) {
        try {
            Import.keepFiles(file, files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return database.writeWithin(LONG, tx -> take(tx, file, wish, progress));
    }

    private Imported take(Tx tx, ExportFile file, Wish wish, Export.Progress progress) {
        Import work = new Import(file, tx, ids, progress);
        work.refuse(work.conflicts(wish.slug(), wish.makes()));
        Organisation made =
                work.run(new Organisations(database, ids, clock), wish.slug(), wish.makes());
        wish.signIn().ifPresent(signIn -> let(tx, made, signIn));
        Secret token =
                new ApiTokens(database, ids, clock, new SecureRandom())
                        .create(tx, made.id(), "import");
        refuseBroken(tx);
        return new Imported(made, token);
    }

    private void let(Tx tx, Organisation organisation, SignIn signIn) {
        Administrators administrators = new Administrators(database, ids, clock);
        OrganisationId id = organisation.id();
        if (!administrators.setPassword(tx, id, signIn.email(), signIn.password())) {
            var made =
                    administrators.create(
                            tx, id, signIn.email(), organisation.name(), signIn.password());
            assert made.organisation().equals(id);
        }
    }

    private static void refuseBroken(Tx tx) {
        List<String> broken = broken(tx);
        for (int again = 1; again < LOOKS && !broken.isEmpty(); again++) {
            broken = broken(tx);
        }
        if (!broken.isEmpty()) {
            throw new FaultException(
                    Fault.INVALID_REQUEST,
                    "import the organisation",
                    "what the file says cannot be: " + String.join("; ", broken),
                    "nothing was changed; export it again where it comes from");
        }
    }

    private static List<String> broken(Tx tx) {
        try {
            return Invariants.of(tx).broken(Instant.now());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
