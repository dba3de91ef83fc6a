package org.todoku.appliance.inbound.mailbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.todoku.appliance.delivery.Network;
import org.todoku.appliance.kernel.Secret;

/** A real Dovecot on loopback with one mailbox, into which its own delivery agent puts mail. */
final class Dovecot implements AutoCloseable {
    static final String USER = "net@provider.example";
    static final String PASSWORD = "wonderful";
    private static final Path PROGRAM = Path.of("/usr/sbin/dovecot");
    private static final Path AGENT = Path.of("/usr/lib/dovecot/dovecot-lda");

    private final Path folder;
    private final int plain;
    private final int tls;
    private final String more;
    private Process process;

    private Dovecot(Path folder, int plain, int tls, String more) throws Exception {
        this.folder = folder;
        this.plain = plain;
        this.tls = tls;
        this.more = more;
        this.process = run();
    }

    /** Says so when not. */
    static boolean isInstalled() {
        boolean there =
                Files.isExecutable(PROGRAM)
                        && Files.isExecutable(AGENT)
                        && "root".equals(System.getProperty("user.name"));
        if (!there) {
            System.out.println("SKIPPED: needs root and Debian's dovecot-imapd");
        }
        return there;
    }

    /**
     * @param more lines of its configuration
     */
    static Dovecot start(Path folder, String more) throws Exception {
        Files.createDirectories(folder);
        // Its delivery agent gives up its rights and has to get there all the same.
        for (Path path : List.of(folder, folder.resolveSibling(""))) {
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path home = Files.createDirectories(folder.resolve("home"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
        certificate(folder);
        return new Dovecot(folder, freePort(), freePort(), more);
    }

    private static void certificate(Path folder) throws Exception {
        Process openssl =
                new ProcessBuilder(
                                List.of(
                                        "openssl",
                                        "req",
                                        "-x509",
                                        "-newkey",
                                        "ec",
                                        "-pkeyopt",
                                        "ec_paramgen_curve:P-256",
                                        "-nodes",
                                        "-keyout",
                                        folder.resolve("key.pem").toString(),
                                        "-out",
                                        folder.resolve("cert.pem").toString(),
                                        "-days",
                                        "2",
                                        "-subj",
                                        "/CN=localhost",
                                        "-addext",
                                        "subjectAltName=DNS:localhost"))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("openssl.log").toFile())
                        .start();
        if (openssl.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(folder.resolve("openssl.log")));
        }
    }

    private Process run() throws Exception {
        Path config = folder.resolve("dovecot.conf");
        Files.writeString(
                config,
                """
                base_dir = %1$s/run
                log_path = %1$s/dovecot.log
                protocols = imap
                listen = 127.0.0.1
                disable_plaintext_auth = no
                ssl = yes
                ssl_cert = <%1$s/cert.pem
                ssl_key = <%1$s/key.pem
                mail_location = maildir:%1$s/home/mail
                passdb {
                  driver = static
                  args = password=%4$s
                }
                userdb {
                  driver = static
                  args = uid=65534 gid=65534 home=%1$s/home
                }
                service imap-login {
                  chroot =
                  inet_listener imap {
                    port = %2$d
                  }
                  inet_listener imaps {
                    port = %3$d
                    ssl = yes
                  }
                }
                service anvil {
                  chroot =
                }
                service stats {
                  chroot =
                }
                postmaster_address = postmaster@provider.example
                %5$s
                """
                        .formatted(folder, plain, tls, PASSWORD, more));
        Process started =
                new ProcessBuilder(PROGRAM.toString(), "-F", "-c", config.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("said.log").toFile())
                        .start();
        Network.await(() -> !started.isAlive() || accepts(plain));
        if (!started.isAlive()) {
            throw new IllegalStateException(log());
        }
        return started;
    }

    /** The place over the open port, as on this machine itself. */
    MailboxPlace plain() {
        return at("127.0.0.1", plain, MailboxPlace.Tls.NONE, PASSWORD);
    }

    MailboxPlace at(String host, int port, MailboxPlace.Tls security, String password) {
        return new MailboxPlace(host, port, security, USER, new Secret(password), "INBOX");
    }

    int plainPort() {
        return plain;
    }

    int tlsPort() {
        return tls;
    }

    Path certificate() {
        return folder.resolve("cert.pem");
    }

    /** As a mail that reached the provider. */
    void deliver(String mail) throws Exception {
        Process agent =
                new ProcessBuilder(
                                AGENT.toString(),
                                "-c",
                                folder.resolve("dovecot.conf").toString(),
                                "-d",
                                USER)
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(
                                        folder.resolve("lda.log").toFile()))
                        .start();
        try (var in = agent.getOutputStream()) {
            in.write(mail.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        }
        if (agent.waitFor() != 0) {
            throw new IllegalStateException(Files.readString(folder.resolve("lda.log")) + log());
        }
    }

    /** As a server would that shares its folder: many at once. After a first {@link #deliver}. */
    void drop(String name, String mail) throws IOException {
        Path file = folder.resolve("home/mail/tmp").resolve(name);
        Files.write(file, mail.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        var owners = file.getFileSystem().getUserPrincipalLookupService();
        Files.setOwner(file, owners.lookupPrincipalByName("nobody"));
        Files.move(file, folder.resolve("home/mail/new").resolve(name));
    }

    /** How many mails have all of these flags (S seen, F flagged) in the mailbox. */
    long with(String flags) {
        try (Stream<Path> files = Files.list(folder.resolve("home/mail/cur"))) {
            return files.map(file -> file.getFileName().toString().replaceAll(".*:2,", ""))
                    .filter(has -> flags.chars().allMatch(flag -> has.indexOf(flag) >= 0))
                    .count();
        } catch (IOException e) {
            return 0;
        }
    }

    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    void restart() throws Exception {
        stop();
        process = run();
    }

    private String log() throws IOException {
        Path log = folder.resolve("dovecot.log");
        return Files.readString(folder.resolve("said.log"))
                + (Files.exists(log) ? Files.readString(log) : "");
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean accepts(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }
}
