package org.todoku.appliance;

import java.util.Optional;

/** Which program this is, from the jar's manifest. */
final class Version {
    static final String TEXT =
            Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                    .orElse("development");

    private Version() {}
}
