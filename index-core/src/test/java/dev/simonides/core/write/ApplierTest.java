// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.write;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.simonides.Vectors;
import dev.simonides.core.key.HeapKeyDirectory;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.MemoryBudget;
import dev.simonides.core.tenant.Numbering;
import dev.simonides.core.tenant.Tenant;
import dev.simonides.core.tenant.TenantShape;
import dev.simonides.core.tenant.Tenants;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.CorruptWalException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Replay: a record that contradicts what came before is damage, and is said to be so. */
class ApplierTest {
    private static final VectorCodec CODEC = VectorCodec.of(4, Similarity.DOT, OriginalFormat.NONE, Kernels.best());

    private final KeyDirectory directory = new HeapKeyDirectory(1);
    private final Numbering numbering = Numbering.of(0, directory);
    private final Tenants tenants = new Tenants(new TenantShape(CODEC, 8, 100, 1, numbering));
    private final Applier applier = new Applier(tenants, new MemoryBudget(1 << 20), CODEC, (lsn, asOfLsn) -> {});

    @AfterEach
    void close() {
        numbering.close();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static PutRecord putOf(String key, int ordinal) {
        PutRecord put = PutRecord.layOut(bytes("t"), bytes(key), bytes("text"), CODEC.codeBytes(), 5);
        put.setOrdinal(ordinal);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(CODEC.codePitch(), 64);
            MemorySegment scratch = arena.allocate(CODEC.exactQueryBytes(), 64);
            CODEC.encode(Vectors.gaussian(ordinal, 4), scratch.address(), code.address(), 0);
            MemorySegment.copy(code, 0, MemorySegment.ofBuffer(put.bytes()), put.vectorOffset(), CODEC.codeBytes());
        }
        return put;
    }

    private void put(long lsn, String key, int ordinal) {
        applier.replay(lsn, RecordType.PUT, putOf(key, ordinal).bytes());
    }

    private void delete(long lsn, String key, int ordinal) {
        DeleteRecord delete = DeleteRecord.layOut(bytes("t"), bytes(key), 6);
        delete.setOrdinal(ordinal);
        applier.replay(lsn, RecordType.DELETE, delete.bytes());
    }

    private Tenant tenant() {
        applier.replayed();
        Tenant tenant = tenants.find("t");
        assertNotNull(tenant);
        return tenant;
    }

    @Test
    void replaysPutUpdateAndDelete() {
        put(1, "a", 0);
        put(2, "b", 1);
        put(3, "a", 2);
        delete(4, "b", 1);
        put(5, "b", 3);

        Tenant tenant = tenant();
        assertEquals(4, tenant.count());
        assertEquals(2, tenant.liveCount());
        assertEquals(3, tenant.deathLsn(0));
        assertEquals(4, tenant.deathLsn(1));
        assertEquals(2, directory.get(directory.key(tenant.id(), bytes("a"))));
        assertEquals(3, directory.get(directory.key(tenant.id(), bytes("b"))));
        assertEquals(2, directory.size());
    }

    private void assertDamage(String words, org.junit.jupiter.api.function.Executable replay) {
        CorruptWalException damage = assertThrows(CorruptWalException.class, replay);
        assertTrue(String.valueOf(damage.getMessage()).contains(words), damage::getMessage);
    }

    @Test
    void contradictionsAreDamage() {
        assertDamage("unknown record type: 9", () -> applier.replay(1, 9, ByteBuffer.allocate(50)));
        assertDamage("DELETE in a tenant", () -> delete(1, "a", 0));
        put(1, "a", 0);
        assertDamage("PUT of ordinal 7, expected 1", () -> put(2, "b", 7));
        assertDamage("DELETE of ordinal 5", () -> delete(2, "a", 5));
        assertDamage("DELETE of ordinal 0", () -> delete(2, "b", 0));
        assertDamage("DELETE of ordinal -1", () -> delete(2, "b", KeyDirectory.NONE));
        assertDamage("shorter than its header", () -> applier.replay(2, RecordType.PUT, ByteBuffer.allocate(3)));
        assertDamage("shorter than its header", () -> applier.replay(2, RecordType.DELETE, ByteBuffer.allocate(3)));
        assertDamage(
                "another shape",
                () -> applier.replay(
                        2,
                        RecordType.PUT,
                        PutRecord.layOut(bytes("t"), bytes("a"), bytes(""), 99, 0)
                                .bytes()));
    }

    private Optional<String> difference(long lsn, int type, ByteBuffer record) {
        applier.replayed();
        return LoggedRecord.compare(tenants, CODEC, lsn, type, record);
    }

    @Test
    void memoryIsComparedWithTheLogByteForByte() {
        put(1, "a", 0);
        put(2, "b", 1);
        delete(3, "b", 1);
        PutRecord logged = putOf("a", 0);
        DeleteRecord deleted = DeleteRecord.layOut(bytes("t"), bytes("b"), 6);
        deleted.setOrdinal(1);

        assertEquals(Optional.empty(), difference(1, RecordType.PUT, logged.bytes()));
        assertEquals(Optional.empty(), difference(3, RecordType.DELETE, deleted.bytes()));
        assertTrue(difference(2, RecordType.PUT, logged.bytes()).isPresent(), "another birth");
        assertTrue(difference(2, RecordType.DELETE, deleted.bytes()).isPresent(), "another death");
        assertTrue(difference(1, 9, logged.bytes()).isPresent(), "another type");
        // Ordinal, key, payload, code, factors: every byte but lengths and time is compared.
        for (int at = PutLayout.BYTES + 1; at < logged.bytes().limit(); at++) {
            PutRecord changed = putOf("a", 0);
            changed.bytes().put(at, (byte) (changed.bytes().get(at) ^ 1));
            int position = at;
            assertTrue(difference(1, RecordType.PUT, changed.bytes()).isPresent(), () -> "byte " + position);
        }
        logged.setOrdinal(1);
        assertTrue(difference(1, RecordType.PUT, logged.bytes()).isPresent(), "another ordinal");
        logged.setOrdinal(-1);
        assertTrue(difference(1, RecordType.PUT, logged.bytes()).isPresent(), "no ordinal");
    }

    @Test
    void aDeleteOfTheDeadIsDamage() {
        put(1, "a", 0);
        delete(2, "a", 0);

        assertDamage("DELETE of ordinal 0", () -> delete(3, "a", 0));
    }
}
