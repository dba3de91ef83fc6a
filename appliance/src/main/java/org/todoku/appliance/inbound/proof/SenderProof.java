package org.todoku.appliance.inbound.proof;

/** What was found about the sender of a mail. */
public sealed interface SenderProof {
    /** It is from that address's domain; {@code how} names the signature or the host. */
    record Proven(String how) implements SenderProof {}

    /** Nobody can tell. */
    record Unproven(String why) implements SenderProof {}
}
