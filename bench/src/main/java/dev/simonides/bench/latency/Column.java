// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.latency;

/** What a row says; microseconds are those of one search. */
enum Column {
    /** Vectors in the store, at the end. */
    VECTORS("vectors", 0),
    /** Searches that were timed. */
    SEARCHES("searches", 0),
    /** Searches a second, of all threads together. */
    SEARCH_RATE("searches_per_second", 0),
    /** The median by the clock. */
    P50("p50_us", 1),
    /** The 99th percentile by the clock. */
    P99("p99_us", 1),
    /** The 99.9th percentile by the clock. */
    P999("p99.9_us", 1),
    /** The longest by the clock. */
    MAX("max_us", 0),
    /** The 99.9th percentile by the clock, had searches gone on beginning at the pace of the idle store. */
    OPEN_P999("open_p99.9_us", 1),
    /** The median on a core. */
    CORE_P50("core_p50_us", 1),
    /** The 99th percentile on a core. */
    CORE_P99("core_p99_us", 1),
    /** The 99.9th percentile on a core. */
    CORE_P999("core_p99.9_us", 1),
    /** Pending vectors that a search scanned beside the graph, mean. */
    PENDING("pending", 0),
    /** Percent of the readers' time on a core. */
    ON_CORE("on_core_%", 1),
    /** Percent of the readers' time in line for a core. */
    IN_LINE("in_line_%", 1),
    /** How often readers waited for a monitor. */
    BLOCKED("blocked", 0),
    /** How often readers waited for anything else. */
    PARKED("parked", 0),
    /** Acknowledged puts a second. */
    PUT_RATE("puts_per_second", 0),
    /** Searches, or calls of the kernel, of one thread a second. */
    ONE("1_thread_per_second", 0),
    /** The same of two threads, together. */
    TWO("2_threads_per_second", 0),
    /** How many times as much two threads do as one. */
    SCALE("scale", 3),
    /** Share of the true nearest that is found. */
    RECALL("recall", 4);

    private final String label;
    private final int decimals;

    Column(String label, int decimals) {
        this.label = label;
        this.decimals = decimals;
    }

    /** Its name in JSON. */
    String label() {
        return label;
    }

    /** Whether it counts what should never happen: rounds are added up then. */
    boolean counted() {
        return this == BLOCKED || this == PARKED;
    }

    /** How many decimals of it mean something. */
    int decimals() {
        return decimals;
    }
}
