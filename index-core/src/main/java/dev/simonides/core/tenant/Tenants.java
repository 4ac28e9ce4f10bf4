// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The tenants of a store by name. Any thread; looking one up takes no lock. */
public final class Tenants {
    /** Of tenants that are made from now on. */
    private volatile TenantShape shape;

    private volatile long numberedLsn;
    private final ConcurrentHashMap<String, Tenant> byName = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger();
    private final Predecessors predecessors = new Predecessors();

    /**
     * Makes an empty set of tenants.
     *
     * @param shape what all of them share
     */
    public Tenants(TenantShape shape) {
        this.shape = shape;
    }

    /**
     * Returns what all tenants have in common.
     *
     * @return their shape, which a compaction replaces
     */
    public TenantShape shape() {
        return shape;
    }

    /**
     * Looks a tenant up.
     *
     * @param name its name
     * @return the tenant, or null if nothing was ever put into it
     */
    public @Nullable Tenant find(String name) {
        return byName.get(name);
    }

    /**
     * Looks a tenant up, and makes it if it is new.
     *
     * @param name its name
     * @return the tenant
     */
    public Tenant findOrMake(String name) {
        Tenant present = byName.get(name);
        return present != null ? present : make(name);
    }

    /** Not beside {@link #renumber}: no tenant may be left in the numbering before. */
    private synchronized Tenant make(String name) {
        return byName.computeIfAbsent(name, unknown -> new Tenant(nextId.getAndIncrement(), unknown, shape));
    }

    /**
     * Returns which versions the puts of the present frame follow.
     *
     * @return for the writer thread, and for whoever gets a key meanwhile
     */
    public Predecessors predecessors() {
        return predecessors;
    }

    /**
     * Returns up to which LSN ordinals in the log may be those of a numbering before.
     *
     * @return the LSN, 0 if the store was never compacted
     */
    public long numberedLsn() {
        return numberedLsn;
    }

    /**
     * Numbers the store before there are tenants.
     *
     * @param number how often the store has been compacted
     * @param lsn of the checkpoint that says so
     */
    public synchronized void restoreNumbering(int number, long lsn) {
        assert byName.isEmpty() : "T4";
        numberedLsn = number == 0 ? 0 : lsn;
        Numbering present = shape.numbering();
        shape = shape.with(new Numbering(number, present.slabs(), present.records(), present.keys()));
    }

    /**
     * Puts the tenants of another numbering in the place of those there are. Writer thread only, while no write is under
     * way. Who has found a tenant before goes on with it, and is led from it to its successor.
     *
     * @param next of the tenants that are made from now on
     * @param successors by the tenant they follow; one that is missing here has no ordinals, and gets an empty one
     * @param lsn of the record that says so
     */
    public synchronized void renumber(TenantShape next, Map<Tenant, Tenant.Successor> successors, long lsn) {
        shape = next;
        numberedLsn = lsn;
        for (Tenant former : byName.values()) {
            Tenant.Successor successor = successors.get(former);
            if (successor == null) {
                assert former.count() == 0 : "T4";
                successor = new Tenant.Successor(new Tenant(former.id(), former.name(), next), new int[0]);
            }
            former.replaceBy(successor);
            byName.put(former.name(), successor.tenant());
        }
    }

    /**
     * Returns all tenants.
     *
     * @return a live view, in no order
     */
    public Collection<Tenant> all() {
        return byName.values();
    }
}
