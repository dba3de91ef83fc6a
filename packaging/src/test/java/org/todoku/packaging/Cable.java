package org.todoku.packaging;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a port on loopback that can be cut and mended. */
final class Cable implements AutoCloseable {
    private final ServerSocket listening;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;

    private Cable(int target) throws IOException {
        this.target = target;
        this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static Cable to(int port) throws IOException {
        Cable cable = new Cable(port);
        Thread.ofVirtual().name("cable").start(cable::accept);
        return cable;
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Breaks what is open; nothing new gets through. */
    void cut() throws IOException {
        cut = true;
        for (Socket socket : open) {
            socket.close();
        }
    }

    void mend() {
        cut = false;
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket near = listening.accept();
                open.add(near);
                Thread.ofVirtual().start(() -> join(near));
            } catch (IOException e) {
                // It was closed.
            }
        }
    }

    private void join(Socket near) {
        try (near) {
            if (cut) {
                return;
            }
            try (Socket far = new Socket(InetAddress.getLoopbackAddress(), target)) {
                far.setTcpNoDelay(true);
                near.setTcpNoDelay(true);
                open.add(far);
                Thread back = Thread.ofVirtual().start(() -> copy(far, near));
                copy(near, far);
                back.join();
                open.remove(far);
            }
        } catch (IOException e) {
            // Nobody is there: the caller sees that its call was closed.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(near);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
                out.flush();
            }
            from.close();
            to.close();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        cut();
    }
}
