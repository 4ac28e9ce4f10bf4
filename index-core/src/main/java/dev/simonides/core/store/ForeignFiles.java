// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.core.manifest.FileKind;
import dev.simonides.core.manifest.Manifests;
import dev.simonides.wal.SegmentName;
import dev.simonides.wal.StorageDirectory;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What lies in the directory of a store and has no name that a store gives: it is left alone. */
final class ForeignFiles {
    private static final System.Logger LOG = System.getLogger(ForeignFiles.class.getName());
    private static final Set<String> OWN_NAMES =
            Set.of(StoreOpening.LOCK_NAME, StoreFile.NAME, StoreFile.UNFINISHED_NAME);
    private static final Pattern UNPRINTABLE = Pattern.compile("[^ -~]");

    private ForeignFiles() {}

    /** Says once that there are such files, however many: whoever put them there may think that the store keeps them. */
    static void warnOf(StorageDirectory directory) {
        List<String> foreign =
                directory.list().stream().filter(name -> !own(name)).toList();
        if (!foreign.isEmpty()) {
            String first = UNPRINTABLE.matcher(foreign.getFirst()).replaceAll("?");
            LOG.log(
                    System.Logger.Level.WARNING,
                    () -> directory.path() + ": files that are not the store's, and are left alone: " + foreign.size()
                            + ", the first is " + first);
        }
    }

    private static boolean own(String name) {
        return OWN_NAMES.contains(name)
                || FileKind.idOf(name).isPresent()
                || Manifests.generationOf(name).isPresent()
                || Manifests.unfinished(name)
                || SegmentName.matches(name);
    }
}
