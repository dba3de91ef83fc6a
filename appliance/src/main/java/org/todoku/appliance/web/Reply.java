package org.todoku.appliance.web;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One answer, complete before it is sent, so that a late failure cannot leave half a page. */
// Bodies are never compared, and a copy would double an upload of 10 MB.
@SuppressWarnings("ArrayRecordComponent")
public record Reply(
        int status, String type, byte[] body, List<Header> headers, Optional<Path> file) {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String JSON = "application/json";

    public Reply {
        headers = List.copyOf(headers);
    }

    /** One whose body is here. */
    public Reply(int status, String type, byte[] body, List<Header> headers) {
        this(status, type, body, headers, Optional.empty());
    }

    /** A file that is complete, sent piece by piece, and deleted when it has been sent or not. */
    public static Reply file(String type, Path file, String name) {
        return new Reply(
                200,
                type,
                new byte[0],
                List.of(new Header("Content-Disposition", "attachment; filename=\"" + name + "\"")),
                Optional.of(file));
    }

    /** A response header. */
    public record Header(String name, String value) {}

    /** A page. */
    public static Reply html(String page) {
        return of(200, HTML, page);
    }

    /** A page with another status than 200. */
    public static Reply html(int status, String page) {
        return of(status, HTML, page);
    }

    /** JSON text. */
    public static Reply json(int status, String json) {
        return of(status, JSON, json);
    }

    /** Text of a given type. */
    public static Reply of(int status, String type, String text) {
        return new Reply(status, type, text.getBytes(StandardCharsets.UTF_8), List.of());
    }

    /** Nothing to say. */
    public static Reply empty(int status) {
        return new Reply(status, "", new byte[0], List.of());
    }

    /** Go on there, with GET. The place is a path of ours, never what somebody sent. */
    public static Reply seeOther(String path) {
        return empty(303).with("Location", path);
    }

    /** The same with a header more. */
    public Reply with(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new Reply(status, type, body, more, file);
    }
}
