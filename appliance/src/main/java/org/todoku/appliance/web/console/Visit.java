package org.todoku.appliance.web.console;

import java.util.Optional;
import org.todoku.appliance.account.Administrator;
import org.todoku.appliance.account.Organisation;
import org.todoku.appliance.account.OrganisationId;
import org.todoku.appliance.account.Session;
import org.todoku.appliance.web.Call;
import org.todoku.appliance.web.Form;
import org.todoku.appliance.web.Reply;
import org.todoku.appliance.web.Screen;
import org.todoku.appliance.web.SystemState;

/** One call by somebody who is signed in; a form's token has been checked. */
record Visit(
        Call call,
        Form form,
        Session session,
        Administrator administrator,
        Organisation organisation,
        SystemState.Snapshot system) {

    /** Answers a visit. */
    @FunctionalInterface
    interface Handler {
        Reply answer(Visit visit);
    }

    OrganisationId organisationId() {
        return organisation.id();
    }

    Screen.Frame frame(String section) {
        return new Screen.Frame(
                call.path(),
                session.csrf(),
                Optional.of(new Screen.SignedIn(administrator.name(), organisation.name(), system)),
                section);
    }
}
