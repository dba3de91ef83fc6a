package org.todoku.appliance.account;

import java.time.Instant;

/**
 * One organisation with its network: a school, a club, a shop.
 *
 * @param slug the local part of its mail address, and its name in URLs
 */
public record Organisation(OrganisationId id, String slug, String name, Instant created) {}
