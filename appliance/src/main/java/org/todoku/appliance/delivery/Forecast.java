package org.todoku.appliance.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When each destination will be done, from what is left and how fast it went lately.
 *
 * <p>They share the connections and the relay's rate: what the first to finish no longer uses goes
 * to the others, in proportion, except to those that are held back by their own destination.
 */
final class Forecast {
    private Forecast() {}

    /**
     * A destination as it stands.
     *
     * @param left mails to send
     * @param perSecond how fast it goes now; 0 when it is not known yet
     * @param heldBack whether its own destination sets the pace
     */
    record Course(String name, long left, double perSecond, boolean heldBack) {}

    /** Seconds from now until each is done, for those of which anything can be said. */
    static Map<String, Double> seconds(List<Course> courses) {
        Map<String, Double> done = new HashMap<>();
        List<Running> running = new ArrayList<>();
        double known = courses.stream().mapToDouble(Course::perSecond).sum();
        double left = courses.stream().mapToLong(Course::left).sum();
        for (Course course : courses) {
            // One that has not begun will get its part of what all get.
            double rate =
                    course.perSecond > 0 || course.heldBack
                            ? course.perSecond
                            : known * course.left / left;
            if (course.left > 0 && rate > 0) {
                running.add(new Running(course, course.left, rate));
            }
        }
        double now = 0;
        while (!running.isEmpty()) {
            double step = running.stream().mapToDouble(Running::seconds).min().orElseThrow();
            now += step;
            double freed = 0;
            List<Running> still = new ArrayList<>();
            for (Running one : running) {
                if (one.seconds() <= step * (1 + 1e-9)) {
                    done.put(one.course.name, now);
                    freed += one.rate;
                } else {
                    still.add(new Running(one.course, one.left - one.rate * step, one.rate));
                }
            }
            running = share(still, freed);
        }
        return done;
    }

    private static List<Running> share(List<Running> running, double freed) {
        double free =
                running.stream().filter(r -> !r.course.heldBack).mapToDouble(Running::rate).sum();
        return running.stream()
                .map(
                        r ->
                                r.course.heldBack
                                        ? r
                                        : new Running(
                                                r.course, r.left, r.rate + freed * r.rate / free))
                .toList();
    }

    private record Running(Course course, double left, double rate) {
        double seconds() {
            return left / rate;
        }
    }
}
