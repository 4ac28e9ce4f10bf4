// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {
            "simonides " + Objects.requireNonNullElse(version, "(not from a jar)") + " on Java " + Runtime.version()
        };
    }
}
