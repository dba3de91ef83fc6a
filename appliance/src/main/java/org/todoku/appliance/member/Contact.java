package org.todoku.appliance.member;

import java.util.Optional;
import org.todoku.appliance.kernel.EmailAddress;

/**
 * One address of a member. Shown to the member themselves only.
 *
 * @param reason why it is quarantined
 */
public record Contact(
        ContactId id, EmailAddress address, ContactState state, Optional<String> reason) {}
