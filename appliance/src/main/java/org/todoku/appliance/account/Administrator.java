package org.todoku.appliance.account;

import org.todoku.appliance.kernel.EmailAddress;

/** Someone who signs in to the console and sends messages for one organisation. */
public record Administrator(
        AdministratorId id, OrganisationId organisation, EmailAddress email, String name) {}
