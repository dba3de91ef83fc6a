package org.todoku.packaging;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.CookieManager;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What people do all the time: an administrator signs in, a member reads a message, a newcomer
 * joins by empty mail; one after the other, a little faster than once a second. Keeps how each
 * went.
 */
final class DailyLife implements AutoCloseable {
    private static final long REST_NANOS = 250_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern CSRF = Pattern.compile("name=\"csrf\" value=\"([^\"]+)\"");

    private final Host host;
    private final Queue<String> unread;
    private final Queue<Act> acts = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean stopping;
    private int newcomers;

    /** One thing that somebody did; the problem is empty when it went well. */
    record Act(String what, String who, long startedNanos, long millis, String problem) {}

    /**
     * @param links to messages, one for each member who will read
     */
    DailyLife(Host host, List<String> links) {
        this.host = host;
        this.unread = new ConcurrentLinkedQueue<>(links);
        this.thread = Thread.ofPlatform().daemon().name("daily-life").start(this::run);
    }

    /** Everything so far. */
    List<Act> acts() {
        return new ArrayList<>(acts);
    }

    private void run() {
        for (int i = 0; !stopping; i++) {
            switch (i % 3) {
                case 0 -> act("sign-in", "admin", host::signIn);
                case 1 -> {
                    String link = unread.poll();
                    if (link != null) {
                        act("read", link, () -> read(link));
                    }
                }
                default -> {
                    String newcomer = "newcomer" + newcomers++ + "@example.com";
                    act("join", newcomer, () -> join(newcomer));
                }
            }
            LockSupport.parkNanos(REST_NANOS);
        }
    }

    private void act(String what, String who, Callable<Boolean> work) {
        long begun = System.nanoTime();
        String problem;
        try {
            problem = work.call() ? "" : "refused";
        } catch (Exception e) {
            problem = e.toString();
        }
        acts.add(new Act(what, who, begun, (System.nanoTime() - begun) / 1_000_000, problem));
    }

    /** Opens the page, and says what its script says when it is really shown. */
    private static boolean read(String link) throws Exception {
        HttpClient phone = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        String page =
                phone.send(
                                HttpRequest.newBuilder(URI.create(link))
                                        .timeout(PATIENCE)
                                        .GET()
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body();
        Matcher csrf = CSRF.matcher(page);
        if (!csrf.find()) {
            throw new IllegalStateException("no message: " + page);
        }
        HttpResponse<String> answer =
                phone.send(
                        HttpRequest.newBuilder(URI.create(link + "/read"))
                                .timeout(PATIENCE)
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(
                                        HttpRequest.BodyPublishers.ofString(
                                                "csrf=" + Host.encoded(csrf.group(1))))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() == 204;
    }

    /** True when the server has taken the mail (250), which it answers for from then on. */
    private boolean join(String newcomer) throws Exception {
        Properties properties = new Properties();
        properties.put("mail.smtp.host", "127.0.0.1");
        properties.put("mail.smtp.port", String.valueOf(host.smtpPort));
        properties.put("mail.smtp.timeout", "20000");
        MimeMessage mail = new MimeMessage(Session.getInstance(properties));
        mail.setFrom(new InternetAddress(newcomer));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("aoba@example.jp"));
        mail.setSubject("", "UTF-8");
        mail.setText("", "UTF-8");
        Transport.send(mail);
        return true;
    }

    /** Ends when what is under way has ended. */
    @Override
    public void close() {
        stopping = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
