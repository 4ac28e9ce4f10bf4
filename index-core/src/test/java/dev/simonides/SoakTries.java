// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import dev.simonides.wal.Soak;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** Gives the properties of a class a long form: as many tries as their annotation says in the short one, {@value #TIMES} times as many. */
final class SoakTries implements AroundPropertyHook {
    static final int TIMES = 40;

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        int tries = context.attributes().tries().orElseThrow();
        context.attributes().setTries(Soak.amount(tries, TIMES * tries));
        return property.execute();
    }

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }
}
