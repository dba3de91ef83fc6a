package org.todoku.appliance.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * The style sheet, scripts and icon. Held in memory from the start: they have to be served while
 * the disk hangs. Their address carries a checksum, so a browser may keep them for ever.
 */
public final class StaticFiles {
    private static final Map<String, String> TYPES =
            Map.of(
                    "todoku.css", "text/css; charset=utf-8",
                    "console.js", "text/javascript; charset=utf-8",
                    "member.js", "text/javascript; charset=utf-8",
                    "icon.svg", "image/svg+xml");

    private final Map<String, Reply> files = new TreeMap<>();
    private final Map<String, String> addresses = new TreeMap<>();

    public StaticFiles() {
        TYPES.forEach(this::load);
    }

    /** The address of a file, for a page. */
    public String address(String name) {
        String address = addresses.get(name);
        if (address == null) {
            throw new IllegalArgumentException("no static file " + name);
        }
        return address;
    }

    /** The routes that serve them. */
    public List<Route> routes() {
        return List.of(
                Route.get("/static/{name}", this::file),
                Route.get("/favicon.ico", call -> Reply.seeOther(address("icon.svg"))));
    }

    private Reply file(Call call) {
        Reply reply = files.get(call.pathValue("name"));
        if (reply == null) {
            throw Problem.notFound("There is no such file.");
        }
        return reply;
    }

    private void load(String name, String type) {
        try (InputStream in = StaticFiles.class.getResourceAsStream("static/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no static file " + name);
            }
            byte[] bytes = in.readAllBytes();
            CRC32 sum = new CRC32();
            sum.update(bytes);
            addresses.put(name, "/static/" + name + "?v=" + Long.toHexString(sum.getValue()));
            files.put(
                    name,
                    new Reply(200, type, bytes, List.of())
                            .with("Cache-Control", "public, max-age=31536000, immutable"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
