// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.Limits;
import dev.simonides.core.manifest.ManifestEntryLayout;
import dev.simonides.core.manifest.ManifestLayout;
import dev.simonides.core.store.StoreLayout;
import dev.simonides.wal.Durability;
import dev.simonides.wal.FormatTables;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What docs/FORMAT.md says of the file STORE and of the records is what the code has. */
class FormatDocTest {
    @Test
    void describesTheLayouts() {
        FormatTables tables = FormatTables.read();

        tables.assertDescribes("PUT", PutLayout.LAYOUT);
        tables.assertDescribes("DELETE", DeleteLayout.LAYOUT);
        tables.assertDescribes("COMPACT", CompactLayout.LAYOUT);
        tables.assertDescribes("STORE", StoreLayout.LAYOUT);
        tables.assertDescribes("MANIFEST", ManifestLayout.LAYOUT);
        tables.assertDescribes("Manifest entry", ManifestEntryLayout.LAYOUT);
    }

    @Test
    void statesTheNumbers() {
        assertEquals(1, RecordType.PUT);
        assertEquals(2, RecordType.DELETE);
        assertEquals(3, RecordType.COMPACT);
        assertEquals(67_108_864, Limits.PAYLOAD_BYTES_MAX);
        assertEquals(256, Limits.TENANT_BYTES_MAX);
        assertEquals(512, Limits.KEY_BYTES_MAX);
        assertEquals(112, StoreLayout.BYTES);
        assertEquals(1, StoreLayout.VERSION_MIN);
        assertEquals(3, StoreLayout.VERSION_VALUE);
        assertEquals("SIMONIDS", characters(StoreLayout.MAGIC_VALUE));
        assertEquals("SIMOMANI", characters(ManifestLayout.MAGIC_VALUE));
        assertEquals(StoreLayout.BYTES, ManifestLayout.STORE_BYTES);
        assertEquals(65_536, ManifestLayout.FILES_MAX);
        assertEquals(4096, Limits.DIMENSION_MAX);
        assertEquals(4, Limits.M_MIN);
        assertEquals(96, Limits.M_MAX);
        assertEquals(8, Limits.EF_CONSTRUCTION_MIN);
        assertEquals(4096, Limits.EF_CONSTRUCTION_MAX);
        assertEquals((1L << 31) - 2, Limits.TENANT_ORDINALS_MAX);
        assertEquals(1, new Durability.SyncEach().code());
        assertEquals(2, new Durability.Group().code());
        assertEquals(3, new Durability.Async(60_000, 1 << 30).code());
        assertEquals(4, new Durability.None().code());
    }

    private static String characters(long value) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
