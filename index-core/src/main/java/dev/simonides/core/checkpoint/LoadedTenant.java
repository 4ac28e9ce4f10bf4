// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.core.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/** What the files hold of one tenant, gathered while their tables of contents are read. Confined to the thread that loads. */
final class LoadedTenant {
    final Tenant tenant;
    /** The newest section of vectors: the next one may begin with its last page. */
    @Nullable
    VectorRun newestRun;

    int vectorsEnd;
    int recordsEnd;
    int payloadsEnd;
    long lastBirthLsn;
    int live;

    LoadedTenant(Tenant tenant) {
        this.tenant = tenant;
    }

    /** A section of vectors, of which the pages below {@link #endPage} are in no newer one. */
    static final class VectorRun {
        final LoadedTenant loaded;
        final LoadedFile file;
        final Section section;
        final int firstPage;
        int endPage;

        VectorRun(LoadedTenant loaded, LoadedFile file, Section section, int firstPage, int endPage) {
            this.loaded = loaded;
            this.file = file;
            this.section = section;
            this.firstPage = firstPage;
            this.endPage = endPage;
        }
    }
}
