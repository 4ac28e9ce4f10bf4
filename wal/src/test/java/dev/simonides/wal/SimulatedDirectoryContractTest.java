// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.nio.file.Path;

class SimulatedDirectoryContractTest extends StorageDirectoryContract {
    @Override
    StorageDirectory make(Path path) {
        return SimulatedDirectory.empty();
    }
}
