package org.todoku.appliance.inbound.mailbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The line to a server, which can be cut: at once, or when the client says a word. */
final class Line implements AutoCloseable {
    private final ServerSocket listening;
    private final int server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile String word = "";

    Line(int server) throws IOException {
        this.server = server;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listening.getLocalPort();
    }

    /** The word does not reach the server; empty for none. */
    void cutAt(String said) {
        word = said;
    }

    int cuts() {
        return cuts.get();
    }

    void cut() {
        for (Socket socket : open) {
            shut(socket);
        }
    }

    private void accept() {
        try {
            while (!listening.isClosed()) {
                Socket client = listening.accept();
                open.add(client);
                Thread.ofVirtual().start(() -> connect(client));
            }
        } catch (IOException e) {
            cut();
        }
    }

    private void connect(Socket client) {
        try {
            Socket far = new Socket(InetAddress.getLoopbackAddress(), server);
            open.add(far);
            Thread.ofVirtual().start(() -> pass(far, client, false));
            pass(client, far, true);
        } catch (IOException e) {
            shut(client);
        }
    }

    private void pass(Socket from, Socket to, boolean listens) {
        byte[] buffer = new byte[8192];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                String said = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                if (listens && !word.isEmpty() && said.contains(word)) {
                    shut(from);
                    shut(to);
                    cuts.incrementAndGet();
                    return;
                }
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException e) {
            shut(to);
        }
        shut(from);
        shut(to);
    }

    private void shut(Socket socket) {
        open.remove(socket);
        try {
            socket.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
