package org.todoku.appliance.member;

/**
 * An address that is not mailed for now, for the administrators to see.
 *
 * @param name of its member
 * @param address masked: {@code ***@docomo.ne.jp}
 * @param reason why, in the words of the other side
 */
public record QuarantinedAddress(ContactId contact, String name, String address, String reason) {}
