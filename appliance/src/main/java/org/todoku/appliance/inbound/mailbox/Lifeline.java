package org.todoku.appliance.inbound.mailbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;

/**
 * Knows the sockets of a connection and can cut them from another thread: a connection that waits
 * for a peer that is gone holds locks which an orderly close would wait for.
 */
final class Lifeline {
    private final Queue<Socket> all = new ConcurrentLinkedQueue<>();
    private final SSLSocketFactory tls;

    Lifeline(SSLSocketFactory tls) {
        this.tls = tls;
    }

    /** Makes the sockets of connections that begin in the clear. */
    SocketFactory plain() {
        return new Plain();
    }

    /** Puts TLS over the sockets that the library made. */
    SSLSocketFactory secured() {
        return new Secured();
    }

    /** Ends the connection at once, whatever it does. */
    void cut() {
        all.forEach(Lifeline::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // It is not open any more, which was wanted.
            return;
        }
    }

    private Socket kept(Socket socket) {
        all.add(socket);
        return socket;
    }

    private final class Plain extends SocketFactory {
        @Override
        public Socket createSocket() {
            return kept(new Socket());
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort)
                throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
                throws IOException {
            return connected(new InetSocketAddress(host, port));
        }

        private Socket connected(InetSocketAddress at) throws IOException {
            Socket socket = createSocket();
            socket.connect(at);
            return socket;
        }
    }

    /** The library connects a socket and then asks for TLS over it; nothing else. */
    private final class Secured extends SSLSocketFactory {
        @Override
        public Socket createSocket(Socket plain, String host, int port, boolean autoClose)
                throws IOException {
            return tls.createSocket(kept(plain), host, port, autoClose);
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw new SocketException("only over a socket");
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress from, int fromPort)
                throws IOException {
            throw new SocketException("only over a socket");
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw new SocketException("only over a socket");
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress from, int fromPort)
                throws IOException {
            throw new SocketException("only over a socket");
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return tls.getSupportedCipherSuites();
        }
    }
}
