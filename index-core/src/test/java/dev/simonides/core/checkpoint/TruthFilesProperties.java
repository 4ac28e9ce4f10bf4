// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.simonides.core.manifest.FileEntry;
import dev.simonides.quantization.OriginalFormat;
import dev.simonides.quantization.Similarity;
import dev.simonides.quantization.VectorCodec;
import dev.simonides.simd.Kernels;
import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any history of writes, checkpoints and openings: what is loaded is what was written, and the model agrees. */
class TruthFilesProperties {
    enum Step {
        PUT,
        DELETE,
        CHECKPOINT,
        LATE_CHECKPOINT,
        ABANDON,
        REOPEN
    }

    /** One step of a history; most of the fields matter to some steps only. */
    record Command(Step step, int tenant, int key, int payloadBytes, int times) {}

    @Provide
    Arbitrary<List<Command>> histories() {
        Arbitrary<Step> steps = Arbitraries.frequency(
                Tuple.of(12, Step.PUT),
                Tuple.of(3, Step.DELETE),
                Tuple.of(4, Step.CHECKPOINT),
                Tuple.of(2, Step.LATE_CHECKPOINT),
                Tuple.of(1, Step.ABANDON),
                Tuple.of(2, Step.REOPEN));
        return Combinators.combine(
                        steps,
                        Arbitraries.integers().between(0, 3),
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.integers().between(0, 3_000),
                        Arbitraries.integers().between(1, 40))
                .as(Command::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(60);
    }

    @Provide
    Arbitrary<VectorCodec> codecs() {
        return Combinators.combine(Arbitraries.of(1, 4, 300, 700, 1_500), Arbitraries.of(OriginalFormat.class))
                .as((dimension, originals) ->
                        VectorCodec.of(dimension, Similarity.EUCLIDEAN, originals, Kernels.best()));
    }

    /** What must be found under each key, and the store that must find it. */
    private static final class History implements AutoCloseable {
        private final SimulatedDirectory directory = SimulatedDirectory.empty();
        private final Map<String, String> model = new HashMap<>();
        private final Set<String> tenants = new HashSet<>();
        private TruthStore store;
        private Map<String, String> durable = Map.of();
        private long lastLsn;

        History(VectorCodec codec) {
            store = new TruthStore(codec);
        }

        void run(Command command) {
            String tenant = "t" + command.tenant();
            switch (command.step()) {
                case PUT -> {
                    for (int i = 0; i < command.times(); i++) {
                        put(tenant, "k" + (command.key() + i), "x".repeat(command.payloadBytes() / (i + 1)));
                    }
                }
                case DELETE -> delete(tenant, "k" + command.key());
                case CHECKPOINT -> checkpoint(() -> {});
                case LATE_CHECKPOINT ->
                    checkpoint(() -> {
                        put(tenant, "k" + command.key(), "late");
                        delete(tenant, "k" + (command.key() + 1));
                    });
                case ABANDON -> {
                    List<String> before = directory.list();
                    store.write(directory, store.snapshot()).abandon();
                    assertEquals(before, directory.list());
                }
                case REOPEN -> reopen();
            }
        }

        private void put(String tenant, String key, String payload) {
            store.put(tenant, key, payload);
            model.put(tenant + "/" + key, payload);
            tenants.add(tenant);
        }

        private void delete(String tenant, String key) {
            store.delete(tenant, key);
            model.remove(tenant + "/" + key);
        }

        /** Everything in the snapshot is loaded again, however much is written before the files are. */
        private void checkpoint(Runnable meanwhile) {
            SortedMap<String, String> content = store.content();
            Map<String, String> known = Map.copyOf(model);
            Snapshot snapshot = store.snapshot();
            meanwhile.run();
            Prepared prepared = store.write(directory, snapshot);
            prepared.commit();
            durable = known;
            try (TruthStore loaded = load(prepared.entries(), snapshot.lsn())) {
                assertEquals(content, loaded.content());
            }
            lastLsn = snapshot.lsn();
        }

        private TruthStore load(List<FileEntry> entries, long lsn) {
            return TruthStore.load(store.codec, directory, entries, lsn, 0);
        }

        private void reopen() {
            TruthStore loaded = load(store.files.entries(), lastLsn);
            store.close();
            store = loaded;
            model.clear();
            model.putAll(durable);
            check();
        }

        /** The model knows every key's payload, and nothing else is alive. */
        void check() {
            List<String> found = new ArrayList<>();
            store.tenants.all().forEach(tenant -> {
                for (int ordinal = 0; ordinal < tenant.count(); ordinal++) {
                    if (!tenant.dead(ordinal)) {
                        String key = tenant.name() + "/" + new String(tenant.key(ordinal), UTF_8);
                        found.add(key);
                        assertEquals(model.get(key), new String(tenant.payload(ordinal), UTF_8), key);
                    }
                }
            });
            assertEquals(model.size(), found.size());
        }

        @Override
        public void close() {
            store.close();
            assertEquals(0, directory.openFiles());
        }
    }

    @Property(tries = 150)
    void whatIsLoadedIsWhatWasWritten(
            @ForAll("histories") List<Command> commands, @ForAll("codecs") VectorCodec codec) {
        try (History history = new History(codec)) {
            for (Command command : commands) {
                history.run(command);
            }
            history.check();
            history.run(new Command(Step.CHECKPOINT, 0, 0, 0, 0));
            history.run(new Command(Step.REOPEN, 0, 0, 0, 0));
        }
    }
}
