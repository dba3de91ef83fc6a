package org.todoku.appliance;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.todoku.appliance.web.FencedPage;
import org.todoku.appliance.web.Metrics;
import org.todoku.appliance.web.Pages;
import org.todoku.appliance.web.PemTls;
import org.todoku.appliance.web.Route;
import org.todoku.appliance.web.StaticFiles;
import org.todoku.appliance.web.WebShell;
import org.todoku.backup.archive.Archive;
import org.todoku.backup.archive.ArchiveKey;
import org.todoku.backup.archive.Epoch;
import org.todoku.backup.fault.BackupException;
import org.todoku.backup.objects.ObjectStore;
import org.todoku.backup.objects.ObjectStores;
import org.todoku.backup.objects.StoreLocation;
import org.todoku.backup.restore.NodeFile;

/**
 * A host that comes back after its service was moved: it opens no database, takes no mail and sends
 * none, and says on its port where the service is now. Writes nothing to its directory, so that
 * salvage can read it meanwhile.
 */
final class FencedHost {
    private final ApplianceConfig config;
    private final Epoch writer;

    private FencedHost(ApplianceConfig config, Epoch writer) {
        this.config = config;
        this.writer = writer;
    }

    /**
     * Whether this directory was the writer's once, and another one is now. Of any other directory
     * that may not be served nobody expects a page.
     */
    static Optional<FencedHost> find(ApplianceConfig config, Path data) {
        ApplianceConfig.Archive archive = config.archive();
        if (archive.url().isEmpty()) {
            return Optional.empty();
        }
        StoreLocation place =
                new StoreLocation(
                        archive.url().get(),
                        archive.endpoint(),
                        archive.region(),
                        archive.pathStyle());
        Optional<NodeFile> node =
                NodeFile.read(data).filter(n -> n.term().filter(t -> t.isIn(place)).isPresent());
        if (node.isEmpty()) {
            return Optional.empty();
        }
        try (ObjectStore store = ObjectStores.open(place)) {
            return Archive.open(store, ArchiveKey.read(archive.keyFileIn(data)))
                    .newestEpoch()
                    .filter(epoch -> !epoch.owner().equals(node.get().owner()))
                    .map(epoch -> new FencedHost(config, epoch));
        } catch (BackupException e) {
            return Optional.empty();
        }
    }

    /** Serves the page until the process ends. */
    WebShell start() {
        StaticFiles files = new StaticFiles();
        Pages pages = new Pages(files);
        List<Route> routes = new ArrayList<>(files.routes());
        routes.addAll(new FencedPage(moved(), pages).routes());
        ApplianceConfig.Http http = config.http();
        Optional<PemTls> tls =
                config.tls()
                        .certificate()
                        .map(file -> new PemTls(file, config.tls().key().orElseThrow()));
        var place = new WebShell.Place(http.bind(), http.port(), http.secure(), tls);
        WebShell web = new WebShell(place, routes, pages, new Metrics(java.util.Map::of));
        web.start();
        return web;
    }

    /** Its own address leads nowhere else: the name is going to follow the service. */
    private FencedPage.Moved moved() {
        Optional<URI> to =
                Optional.of(writer.url())
                        .filter(url -> !url.isEmpty())
                        .map(URI::create)
                        .filter(url -> !url.equals(config.http().publicUrl()));
        return new FencedPage.Moved(to, writer.host(), writer.claimed());
    }
}
