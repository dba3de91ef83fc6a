package org.todoku.appliance.continuity;

/**
 * What the incident report wants to know of one moment; each part is a word that changes seldom.
 *
 * @param storage {@code normal}, {@code slow}, {@code stalled}, {@code isolated}
 * @param writes {@code accepted} or {@code refused}
 * @param archive {@code none}, {@code written} or {@code troubled}
 * @param detail one line, of whatever is in trouble; may be empty
 * @param device under the storage, while that is not normal
 */
public record MachineState(
        String storage, String writes, String archive, String detail, Device device) {
    /** Nothing is known of the device, or the storage is normal. */
    public static final Device NO_DEVICE = new Device("", "");

    /**
     * What the kernel says of it.
     *
     * @param verdict {@code hangs}, {@code works}, {@code idle}; empty when it is not asked
     */
    public record Device(String verdict, String line) {}
}
