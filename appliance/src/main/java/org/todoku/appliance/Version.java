package org.todoku.appliance;

import java.util.Optional;

/** Which program this is, from the jar's manifest. */
public final class Version {
    public static final String TEXT =
            Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                    .orElse("development");

    private Version() {}
}
