// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import dev.simonides.wal.StorageDirectory;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Where a checkpoint's files go.
 *
 * @param directory the store's
 * @param storeId the store's identity, in every file
 * @param nextFileId gives a number that no file of the store ever had
 */
public record CheckpointTarget(StorageDirectory directory, UUID storeId, LongSupplier nextFileId) {}
