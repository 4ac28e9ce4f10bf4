// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import dev.simonides.wal.simulation.Fault;
import dev.simonides.wal.simulation.FaultyDirectory;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.file.Path;

/** Without a fault it is like any other directory, and so it is when all reads and writes are short. */
class FaultyDirectoryContractTest extends StorageDirectoryContract {
    @Override
    StorageDirectory make(Path path) {
        return new FaultyDirectory(SimulatedDirectory.empty(), Fault.sticky(1, Fault.Kind.SHORT_HALF));
    }
}
