// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import static dev.simonides.core.tenant.LifeLayout.ALIVE;
import static dev.simonides.core.tenant.LifeLayout.BIRTH_OFFSET;
import static dev.simonides.core.tenant.LifeLayout.DEATH_OFFSET;
import static dev.simonides.core.tenant.LifeLayout.LIFE_BYTES;
import static dev.simonides.core.tenant.LifeLayout.RECORD_OFFSET;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.simonides.Limits;
import dev.simonides.core.graph.Graph;
import dev.simonides.core.key.KeyDirectory;
import dev.simonides.core.memory.OrdinalColumn;
import dev.simonides.core.vector.VectorPages;
import dev.simonides.simd.OffHeap;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One tenant: a sequence of ordinals, each with a vector, a record and a life from birth LSN to death LSN.
 *
 * <p>The writer thread reserves, adds, kills and publishes; any thread reads ordinals below {@link #count()}; the linking
 * side is {@link #pending()}.
 */
public final class Tenant {
    private static final MemorySegment MEMORY = OffHeap.everything();
    private static final VarHandle INT = JAVA_INT.varHandle();
    private static final VarHandle LONG = JAVA_LONG.varHandle();

    private final int id;
    private final String name;
    private final TenantShape shape;
    private final VectorPages vectors;
    private final OrdinalColumn lives;
    private final PendingWindow pending;
    private final GraphUpkeep upkeep;

    private volatile @Nullable Successor successor;
    private volatile @Nullable Graph graph;
    private volatile boolean graphWanted;
    private volatile int count;
    /** The writer thread alone changes it. */
    private volatile int liveCount;

    private int nextOrdinal;

    /**
     * What a compaction has put in the place of a tenant.
     *
     * @param tenant of the next numbering
     * @param ordinals of the next numbering by those of this one, {@link #GONE} for the dead
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, and never compared
    public record Successor(Tenant tenant, int[] ordinals) {}

    /** In place of an ordinal that died before a compaction. */
    public static final int GONE = -1;

    /**
     * Makes an empty tenant, which costs no off-heap memory yet.
     *
     * @param id number in this process
     * @param name 0..256 bytes of UTF-8
     * @param shape what all tenants share
     */
    public Tenant(int id, String name, TenantShape shape) {
        this.id = id;
        this.name = name;
        this.shape = shape;
        this.vectors = new VectorPages(shape.numbering().slabs(), shape.geometry());
        this.lives = new OrdinalColumn(shape.numbering().slabs(), LIFE_BYTES);
        this.pending = new PendingWindow(this);
        this.upkeep = new GraphUpkeep(this);
    }

    /**
     * Returns the tenant's number in this process.
     *
     * @return 0 or more
     */
    public int id() {
        return id;
    }

    /**
     * Returns the tenant's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns where the keys of the tenant's ordinals are found.
     *
     * @return the directory of its numbering
     */
    public KeyDirectory keys() {
        return shape.numbering().keys();
    }

    /**
     * Returns what stands in the place of this tenant.
     *
     * @return this tenant, or that of the present numbering if the store was compacted since
     */
    public Tenant latest() {
        Tenant tenant = this;
        for (Successor next = successor; next != null; next = tenant.successor) {
            tenant = next.tenant();
        }
        return tenant;
    }

    /**
     * Returns where an ordinal of this tenant is now.
     *
     * @param ordinal was below {@link #count()}
     * @return tenant and ordinal of the present numbering, or nothing if it died before a compaction
     */
    public Optional<Place> latest(int ordinal) {
        Tenant tenant = this;
        int present = ordinal;
        for (Successor next = successor; next != null; next = tenant.successor) {
            present = next.ordinals()[present];
            tenant = next.tenant();
            if (present == GONE) {
                return Optional.empty();
            }
        }
        return Optional.of(new Place(tenant, present));
    }

    /**
     * An ordinal with its tenant.
     *
     * @param tenant whose
     * @param ordinal below its count
     */
    public record Place(Tenant tenant, int ordinal) {}

    /**
     * Says whether another tenant stands in the place of this one, to which nothing is added any more.
     *
     * @return true once the store was compacted
     */
    public boolean replaced() {
        return successor != null;
    }

    /** Writer thread only. */
    void replaceBy(Successor next) {
        // ORDER: volatile; pairs with Tenant#latest (volatile); else whoever enters an epoch behind the retiring of
        // this tenant's memory could still find no successor, and read it.
        successor = next;
    }

    /**
     * Returns the tenant's vectors.
     *
     * @return plane V
     */
    public VectorPages vectors() {
        return vectors;
    }

    /**
     * Returns the tenant's graph.
     *
     * @return plane N, or null while the tenant never had more vectors than are scanned exactly
     */
    public @Nullable Graph graph() {
        return graph;
    }

    /**
     * Says whether the tenant is large enough for its graph to be kept and used.
     *
     * @return true above {@code exactScanMax} live vectors, until there are fewer than half of that
     */
    public boolean graphWanted() {
        return graphWanted;
    }

    /**
     * Returns the ordinals that are not yet linked.
     *
     * @return the pending window
     */
    public PendingWindow pending() {
        return pending;
    }

    /**
     * Returns what the graph needs besides linking.
     *
     * @return the upkeep
     */
    public GraphUpkeep upkeep() {
        return upkeep;
    }

    /**
     * Returns the number of ordinals given and published, dead ones included.
     *
     * @return 0 or more
     */
    public int count() {
        return count;
    }

    /**
     * Returns the number of vectors alive.
     *
     * @return 0 or more
     */
    public int liveCount() {
        return liveCount;
    }

    /**
     * Returns what a record costs in memory, to be reserved from the budget before {@link #place}.
     *
     * @param keyBytes length of the key
     * @param payloadBytes length of the payload
     * @return bytes
     */
    public long cost(int keyBytes, int payloadBytes) {
        return recordBytes(keyBytes, payloadBytes) + shape.bytesPerVector();
    }

    /**
     * Returns what a record takes of the slabs for records.
     *
     * @param keyBytes length of the key
     * @param payloadBytes length of the payload
     * @return bytes, a multiple of 8
     */
    public static long recordBytes(int keyBytes, int payloadBytes) {
        return (RecordImageLayout.BYTES + (long) keyBytes + payloadBytes + 7) & -8;
    }

    /**
     * Says whether ordinals are left. Writer thread only.
     *
     * @param records how many are wanted
     * @return true if so many can be placed
     */
    public boolean hasOrdinals(int records) {
        return nextOrdinal <= Limits.TENANT_ORDINALS_MAX - records;
    }

    /**
     * Gives a record that is about to be logged its ordinal, and takes the memory it needs, so that {@link #add} cannot
     * fail. The budget was asked before. Writer thread only.
     *
     * @return the ordinal
     */
    public int place() {
        int needed = nextOrdinal + 1;
        vectors.reserve(needed);
        lives.ensureCapacity(needed);
        reserveGraph(needed);
        return nextOrdinal++;
    }

    private void reserveGraph(int needed) {
        Graph present = graph;
        if (present != null) {
            present.reserve(needed);
        } else if (needed > shape.exactScanMax()) {
            graph = newGraph(needed);
        }
    }

    /**
     * Makes room in an empty tenant for what is read from files: {@link #loadLife} for every ordinal, the pages of {@link
     * #vectors()}, then {@link #endLoad}. One thread, before anybody else sees the tenant.
     *
     * @param loaded ordinals that will be read, at least 1
     * @param pagesElsewhere pages at the beginning that are not read into memory
     */
    public void beginLoad(int loaded, int pagesElsewhere) {
        assert nextOrdinal == 0 : "T2";
        vectors.beginLoad(loaded, pagesElsewhere);
        lives.ensureCapacity(loaded);
        reserveGraph(loaded);
    }

    /**
     * Sets the life of an ordinal that is read, or sets it anew. The loading thread only.
     *
     * @param ordinal below what {@link #beginLoad} was told
     * @param birthLsn its birth
     * @param deathLsn its death, {@code Long.MAX_VALUE} for the living
     * @param record native address of its record image, which the tenant uses where it lies
     */
    public void loadLife(int ordinal, long birthLsn, long deathLsn, long record) {
        long life = lives.address(ordinal);
        LONG.set(MEMORY, life + BIRTH_OFFSET, birthLsn);
        LONG.set(MEMORY, life + DEATH_OFFSET, deathLsn);
        LONG.set(MEMORY, life + RECORD_OFFSET, record);
    }

    /**
     * Sets when an ordinal died, of which only the life was read so far. The loading thread only.
     *
     * @param ordinal loaded, alive
     * @param deathLsn its death
     */
    public void loadDeath(int ordinal, long deathLsn) {
        LONG.set(MEMORY, lives.address(ordinal) + DEATH_OFFSET, deathLsn);
    }

    /**
     * Says where the payload of a loaded ordinal stands. The loading thread only.
     *
     * @param ordinal loaded
     * @param address native, valid until the store closes
     * @param payloadBytes its length
     */
    public void loadPayload(int ordinal, long address, int payloadBytes) {
        long record = record(ordinal);
        LONG.set(MEMORY, record + RecordImageLayout.PAYLOAD_ADDRESS, address);
        INT.set(MEMORY, record + RecordImageLayout.PAYLOAD_BYTES, payloadBytes);
    }

    /**
     * Makes everything loaded known to readers: the tenant is as if its ordinals had been written.
     *
     * @param loaded as {@link #beginLoad} was told
     * @param live how many of them are alive
     */
    public void endLoad(int loaded, int live) {
        vectors.endLoad(loaded);
        nextOrdinal = loaded;
        liveCount = live;
        publish();
    }

    /**
     * Gives a tenant that was loaded the graph that {@link #place} would have given it. Before there are readers.
     */
    public void restoreGraph() {
        int held = vectors.size();
        if (graph == null && held > shape.exactScanMax()) {
            graph = newGraph(held);
        }
    }

    private Graph newGraph(int reserved) {
        Graph made = shape.newGraph();
        made.reserve(reserved);
        return made;
    }

    /**
     * Takes back the ordinals of records that were not logged; their memory serves the next ones. Writer thread only.
     *
     * @param firstOrdinal the earliest of them
     */
    public void unplace(int firstOrdinal) {
        assert firstOrdinal >= count : "T2";
        nextOrdinal = firstOrdinal;
    }

    /**
     * Adds a record that has a place; it becomes visible when it is published and the watermark reaches its LSN. Writer
     * thread only.
     *
     * @param ordinal from {@link #place}
     * @param lsn birth LSN
     * @param stored the fields of the record
     */
    public void add(int ordinal, long lsn, StoredRecord stored) {
        assert ordinal == vectors.size() : "T2";
        int keyBytes = stored.keyBytes();
        int payloadBytes = stored.payloadBytes();
        long record = shape.numbering().records().allocate(recordBytes(keyBytes, payloadBytes), Long.BYTES);
        INT.set(MEMORY, record + RecordImageLayout.KEY_BYTES, keyBytes);
        INT.set(MEMORY, record + RecordImageLayout.PAYLOAD_BYTES, payloadBytes);
        LONG.set(MEMORY, record + RecordImageLayout.TIMESTAMP_MILLIS, stored.timestampMillis());
        long payload = record + RecordImageLayout.BYTES + keyBytes;
        LONG.set(MEMORY, record + RecordImageLayout.PAYLOAD_ADDRESS, payload);
        MemorySegment source = stored.bytes();
        MemorySegment.copy(source, stored.keyOffset(), MEMORY, record + RecordImageLayout.BYTES, keyBytes);
        MemorySegment.copy(source, stored.payloadOffset(), MEMORY, payload, payloadBytes);

        long life = lives.address(ordinal);
        LONG.set(MEMORY, life + RECORD_OFFSET, record);
        LONG.set(MEMORY, life + DEATH_OFFSET, ALIVE);
        LONG.set(MEMORY, life + BIRTH_OFFSET, lsn);
        vectors.add(ordinal, source, stored.vectorOffset());
        changeLiveCount(1);
    }

    /**
     * Returns the ordinals given so far, published or not. Writer thread, or whoever builds the next numbering.
     *
     * @return 0 or more
     */
    public int placedCount() {
        return nextOrdinal;
    }

    /**
     * Adds a living ordinal of the tenant that this one is to follow, under the next ordinal. It is reached by its key at
     * once. By whoever builds the next numbering, which nobody else knows.
     *
     * @param former the tenant
     * @param formerOrdinal below its count
     * @return the ordinal
     * @throws OutOfMemoryError if the machine has no memory left
     */
    public int adopt(Tenant former, int formerOrdinal) {
        int ordinal = place();
        int keyBytes = former.keyBytes(formerOrdinal);
        int payloadBytes = former.payloadBytes(formerOrdinal);
        long record = shape.numbering().records().allocate(recordBytes(keyBytes, payloadBytes), Long.BYTES);
        INT.set(MEMORY, record + RecordImageLayout.KEY_BYTES, keyBytes);
        INT.set(MEMORY, record + RecordImageLayout.PAYLOAD_BYTES, payloadBytes);
        LONG.set(MEMORY, record + RecordImageLayout.TIMESTAMP_MILLIS, former.timestampMillis(formerOrdinal));
        long key = record + RecordImageLayout.BYTES;
        LONG.set(MEMORY, record + RecordImageLayout.PAYLOAD_ADDRESS, key + keyBytes);
        MemorySegment.copy(MEMORY, former.keyAddress(formerOrdinal), MEMORY, key, keyBytes);
        MemorySegment.copy(MEMORY, former.payloadAddress(formerOrdinal), MEMORY, key + keyBytes, payloadBytes);
        loadLife(ordinal, former.birthLsn(formerOrdinal), ALIVE, record);
        vectors.add(ordinal, former.vectors.codeAddress(formerOrdinal), former.vectors.originalAddress(formerOrdinal));
        changeLiveCount(1);
        var _ = keys().put(id, key, keyBytes, ordinal);
        return ordinal;
    }

    /**
     * Wants a graph if the tenant that this one follows does: it may have so few vectors that this one would not begin with
     * one. By whoever builds the next numbering.
     *
     * @param former the tenant
     */
    public void adoptGraphWanted(Tenant former) {
        graphWanted = former.graphWanted;
        if (graphWanted && graph == null) {
            graph = newGraph(nextOrdinal);
        }
    }

    /**
     * Ends the life of an ordinal. Writer thread only.
     *
     * @param ordinal alive
     * @param lsn death LSN: searches at this watermark and later do not see it
     */
    public void kill(int ordinal, long lsn) {
        assert deathLsn(ordinal) == ALIVE : "T1";
        // ORDER: release; pairs with Tenant#deathLsn (acquire); a stale read is compared with an older watermark (T1).
        LONG.setRelease(MEMORY, lives.address(ordinal) + DEATH_OFFSET, lsn);
        changeLiveCount(-1);
    }

    private void changeLiveCount(int by) {
        int live = liveCount;
        liveCount = live + by;
    }

    /** Makes all added ordinals known to readers and decides whether a graph is wanted. Writer thread only. */
    public void publish() {
        count = vectors.size();
        int live = liveCount;
        if (live > shape.exactScanMax()) {
            graphWanted = true;
        } else if (live < shape.exactScanMax() / 2) {
            graphWanted = false;
        }
    }

    /**
     * Says whether a search sees an ordinal (T1). Any thread.
     *
     * @param ordinal below {@link #count()}
     * @param watermark the search's LSN
     * @return true if it was born at or before the watermark and dies after it
     */
    public boolean visible(int ordinal, long watermark) {
        return birthLsn(ordinal) <= watermark && watermark < deathLsn(ordinal);
    }

    /**
     * Says whether an ordinal's death LSN is set, be it published or not.
     *
     * @param ordinal below {@link #count()}
     * @return true if it is dead or about to be
     */
    public boolean dead(int ordinal) {
        return deathLsn(ordinal) != ALIVE;
    }

    /**
     * Returns the LSN of the put that made an ordinal.
     *
     * @param ordinal below {@link #count()}
     * @return birth LSN
     */
    public long birthLsn(int ordinal) {
        return (long) LONG.get(MEMORY, lives.address(ordinal) + BIRTH_OFFSET);
    }

    /**
     * Returns the LSN of the write that ended an ordinal.
     *
     * @param ordinal below {@link #count()}
     * @return death LSN, {@code Long.MAX_VALUE} for the living
     */
    public long deathLsn(int ordinal) {
        // ORDER: acquire; pairs with Tenant#kill (release); else a loop could go on with the life that it read first.
        return (long) LONG.getAcquire(MEMORY, lives.address(ordinal) + DEATH_OFFSET);
    }

    /**
     * Copies a key out.
     *
     * @param ordinal below {@link #count()}
     * @return UTF-8 bytes
     */
    public byte[] key(int ordinal) {
        return bytes(keyAddress(ordinal), keyBytes(ordinal));
    }

    /**
     * Returns where a key stands, unchanged as long as the store is open.
     *
     * @param ordinal placed and added
     * @return native address of {@link #keyBytes} bytes
     */
    public long keyAddress(int ordinal) {
        return record(ordinal) + RecordImageLayout.BYTES;
    }

    /**
     * Returns the length of a key.
     *
     * @param ordinal placed and added
     * @return 1..512, or 0 for an ordinal that died before the last checkpoint
     */
    public int keyBytes(int ordinal) {
        return (int) INT.get(MEMORY, record(ordinal) + RecordImageLayout.KEY_BYTES);
    }

    /**
     * Copies a payload out.
     *
     * @param ordinal below {@link #count()}
     * @return the bytes, perhaps none
     */
    public byte[] payload(int ordinal) {
        return bytes(payloadAddress(ordinal), payloadBytes(ordinal));
    }

    /**
     * Returns where a payload stands.
     *
     * @param ordinal below {@link #count()}
     * @return native address of {@link #payloadBytes} bytes
     */
    public long payloadAddress(int ordinal) {
        return (long) LONG.get(MEMORY, record(ordinal) + RecordImageLayout.PAYLOAD_ADDRESS);
    }

    /**
     * Returns the length of a payload.
     *
     * @param ordinal below {@link #count()}
     * @return 0..67,108,864
     */
    public int payloadBytes(int ordinal) {
        return (int) INT.get(MEMORY, record(ordinal) + RecordImageLayout.PAYLOAD_BYTES);
    }

    /**
     * Returns when an ordinal was put.
     *
     * @param ordinal below {@link #count()}
     * @return milliseconds since 1970 by the store's clock
     */
    public long timestampMillis(int ordinal) {
        return (long) LONG.get(MEMORY, record(ordinal) + RecordImageLayout.TIMESTAMP_MILLIS);
    }

    private long record(int ordinal) {
        return (long) LONG.get(MEMORY, lives.address(ordinal) + RECORD_OFFSET);
    }

    private static byte[] bytes(long address, int length) {
        byte[] copy = new byte[length];
        MemorySegment.copy(MEMORY, JAVA_BYTE, address, copy, 0, length);
        return copy;
    }
}
