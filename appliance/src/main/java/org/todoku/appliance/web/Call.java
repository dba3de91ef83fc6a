package org.todoku.appliance.web;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.todoku.appliance.kernel.Language;

/**
 * One request, read completely before any handler sees it. Immutable; safe to hand to another
 * thread.
 *
 * @param headers by lower-case name, the first value each
 * @param client the address of the caller, or the one that a proxy on this machine reports
 * @param loopback whether the caller is a process of this machine and no proxy
 */
// Bodies are never compared, and a copy would double an upload of 10 MB.
@SuppressWarnings("ArrayRecordComponent")
public record Call(
        String method,
        String path,
        Map<String, String> pathValues,
        Map<String, List<String>> query,
        Map<String, String> headers,
        Map<String, String> cookies,
        byte[] body,
        String client,
        boolean loopback) {

    /** A value out of the path; the route's pattern names it. */
    public String pathValue(String name) {
        String value = pathValues.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no {" + name + "}: " + path);
        }
        return value;
    }

    /** A query parameter's first value. */
    public Optional<String> query(String name) {
        return first(query.get(name));
    }

    /** A header's first value. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /** A cookie's value. */
    public Optional<String> cookie(String name) {
        return Optional.ofNullable(cookies.get(name));
    }

    /** The fields of a submitted form, url-encoded or multipart. */
    public Form form() {
        String type = header("content-type").orElse("");
        return type.startsWith("multipart/form-data")
                ? Multipart.parse(type, body)
                : new Form(decode(new String(body, StandardCharsets.UTF_8)), Map.of());
    }

    /** The language to answer in. */
    public Language language() {
        return cookie(Languages.COOKIE)
                .flatMap(Languages::of)
                .orElseGet(() -> Languages.accepted(header("accept-language").orElse("")));
    }

    /** Whether this call asks only to look. */
    public boolean safe() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /** Whether the answer is for a program. */
    public boolean api() {
        return path.startsWith("/api/");
    }

    Call withBody(byte[] bytes) {
        return new Call(method, path, pathValues, query, headers, cookies, bytes, client, loopback);
    }

    static Map<String, List<String>> decode(String encoded) {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        for (String pair : encoded.isEmpty() ? new String[0] : encoded.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            fields.computeIfAbsent(decoded(name), n -> new ArrayList<>()).add(decoded(value));
        }
        return fields;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest(
                    "malformed-form", "A percent sign does not introduce two digits.");
        }
    }

    private static Optional<String> first(@Nullable List<String> values) {
        return values == null || values.isEmpty()
                ? Optional.empty()
                : Optional.of(values.getFirst());
    }
}
