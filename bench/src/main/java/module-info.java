// SPDX-License-Identifier: Apache-2.0

/**
 * Measures the other modules: kernel benchmarks, data readers and generators, and the recall sweep.
 *
 * <p>Imported by the command line only. On the module path, HDF5 files need {@code --add-modules
 * org.slf4j,org.apache.commons.lang3}: jhdf is an automatic module and cannot say that it requires them.
 */
@org.jspecify.annotations.NullMarked
module dev.simonides.bench {
    requires com.fasterxml.jackson.core;
    requires transitive dev.simonides.core;
    requires dev.simonides.simd;
    requires io.jhdf;
    requires java.management;
    requires HdrHistogram;
    requires static jmh.core;
    requires static org.jspecify;

    exports dev.simonides.bench;
    exports dev.simonides.bench.data;
    exports dev.simonides.bench.generate;
    exports dev.simonides.bench.recall;
}
