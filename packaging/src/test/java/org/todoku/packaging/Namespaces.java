package org.todoku.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hosts as network namespaces of this machine, each on a bridge by a link of its own that can be
 * taken down; the machine itself, on the bridge too, is the outside. All of it is removed when this
 * is closed, when the process ends, and what a killed one has left by the next.
 */
final class Namespaces implements AutoCloseable {
    private static final String PREFIX = "tdk";
    private static final long PATIENCE_SECONDS = 20;

    private final String name = PREFIX + ProcessHandle.current().pid();
    private final String net;
    private final List<String> hosts = new ArrayList<>();
    private final Thread last = new Thread(this::remove, "namespaces-remove");

    private Namespaces() throws Exception {
        int part = (int) (ProcessHandle.current().pid() % 250) + 1;
        this.net = "10.213." + part + ".";
        Runtime.getRuntime().addShutdownHook(last);
    }

    /** Root alone may make them; says so where they cannot be made. */
    static boolean areAllowed() {
        try {
            boolean root = Files.readString(Path.of("/proc/self/status")).contains("\nUid:\t0\t");
            if (root && run("ip", "netns", "add", PREFIX + "try") == 0) {
                return run("ip", "netns", "del", PREFIX + "try") == 0;
            }
        } catch (Exception e) {
            System.out.println(e);
        }
        System.out.println(
                "SKIPPED: no network namespaces here (not root, or no iproute2): moves and"
                        + " takeovers were tried over loopback and switchable ways only"
                        + " (MoveIT, AutoTakeoverIT)");
        return false;
    }

    static Namespaces open(String... hosts) throws Exception {
        removeLeftovers();
        Namespaces made = new Namespaces();
        try {
            made.make(List.of(hosts));
            return made;
        } catch (Exception e) {
            made.close();
            throw e;
        }
    }

    private void make(List<String> all) throws Exception {
        ip("link", "add", name, "type", "bridge");
        ip("addr", "add", outside() + "/24", "dev", name);
        ip("link", "set", name, "up");
        for (String host : all) {
            hosts.add(host);
            ip("netns", "add", name + host);
            ip(
                    "link",
                    "add",
                    link(host),
                    "type",
                    "veth",
                    "peer",
                    "name",
                    "eth0",
                    "netns",
                    of(host));
            ip("link", "set", link(host), "master", name);
            ip("link", "set", link(host), "up");
            ip("-n", of(host), "addr", "add", address(host) + "/24", "dev", "eth0");
            ip("-n", of(host), "link", "set", "eth0", "up");
            ip("-n", of(host), "link", "set", "lo", "up");
        }
    }

    /** The address of everything that is no host. */
    String outside() {
        return net + "1";
    }

    String address(String host) {
        return net + (10 + hosts.indexOf(host));
    }

    /** What a command is begun with to run on a host. */
    List<String> on(String host) {
        return List.of("ip", "netns", "exec", of(host));
    }

    /** Takes its link down: it reaches nobody, and nobody it. */
    void cut(String host) throws Exception {
        ip("link", "set", link(host), "down");
    }

    void mend(String host) throws Exception {
        ip("link", "set", link(host), "up");
    }

    private String of(String host) {
        return name + host;
    }

    private String link(String host) {
        return name + host;
    }

    private static void ip(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(words));
        int status = run(command.toArray(String[]::new));
        if (status != 0) {
            throw new IllegalStateException(command + " ended with " + status);
        }
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(List.of(command) + " does not end");
        }
        return process.exitValue();
    }

    /** What cannot be removed is said, and does not keep the rest from it. */
    private void remove() {
        List<String[]> all = new ArrayList<>();
        hosts.forEach(host -> all.add(new String[] {"ip", "link", "del", link(host)}));
        hosts.forEach(host -> all.add(new String[] {"ip", "netns", "del", of(host)}));
        all.add(new String[] {"ip", "link", "del", name});
        for (String[] command : all) {
            try {
                int status = run(command);
                assert status >= 0;
            } catch (Exception e) {
                System.err.println("not removed: " + List.of(command) + ": " + e);
            }
        }
    }

    /** Of test processes that are gone. */
    private static void removeLeftovers() throws Exception {
        Path known = Path.of("/run/netns");
        if (!Files.isDirectory(known)) {
            return;
        }
        try (var files = Files.list(known)) {
            for (Path file : files.toList()) {
                String found = String.valueOf(file.getFileName());
                if (found.matches(PREFIX + "\\d+[a-z]+") && isGone(found)) {
                    ip("netns", "del", found);
                }
            }
        }
        try (var links = Files.list(Path.of("/sys/class/net"))) {
            for (Path file : links.toList()) {
                String found = String.valueOf(file.getFileName());
                if (found.matches(PREFIX + "\\d+[a-z]*") && isGone(found)) {
                    ip("link", "del", found);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isGone(String found) {
        return ProcessHandle.of(Long.parseLong(found.replaceAll("\\D", ""))).isEmpty();
    }

    @Override
    public void close() {
        remove();
        try {
            Runtime.getRuntime().removeShutdownHook(last);
        } catch (IllegalStateException e) {
            // The process ends just now.
            System.err.println(e);
        }
    }
}
