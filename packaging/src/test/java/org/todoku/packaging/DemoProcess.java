package org.todoku.packaging;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** {@code ./todoku demo} as its own process; closing ends it with SIGTERM. */
record DemoProcess(Program program, int port) implements AutoCloseable {
    static DemoProcess start(Path directory) throws Exception {
        int port = Program.freePort();
        Program program =
                Program.start(
                        Map.of(),
                        "/demo/mail",
                        "todoku",
                        "demo",
                        "--data",
                        directory.toString(),
                        "--port",
                        String.valueOf(port));
        return new DemoProcess(program, port);
    }

    String address() {
        return "http://localhost:" + port;
    }

    String output() throws IOException {
        return program.output();
    }

    boolean stop() throws InterruptedException {
        return program.stop();
    }

    @Override
    public void close() {
        program.close();
    }
}
