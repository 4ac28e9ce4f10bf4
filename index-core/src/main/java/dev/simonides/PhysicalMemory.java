// SPDX-License-Identifier: Apache-2.0
package dev.simonides;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** The machine's memory, asked for once: in a container the answer is read from files. */
final class PhysicalMemory {
    static final long BYTES =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();

    private PhysicalMemory() {}
}
