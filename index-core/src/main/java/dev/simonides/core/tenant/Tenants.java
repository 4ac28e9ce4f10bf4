// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.tenant;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The tenants of a store by name. Any thread; looking one up takes no lock. */
public final class Tenants {
    private final TenantShape shape;
    private final ConcurrentHashMap<String, Tenant> byName = new ConcurrentHashMap<>();
    private final AtomicInteger nextId = new AtomicInteger();

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
     * @return their shape
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
        return present != null
                ? present
                : byName.computeIfAbsent(name, unknown -> new Tenant(nextId.getAndIncrement(), unknown, shape));
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
