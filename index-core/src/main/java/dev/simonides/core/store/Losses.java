// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.store;

import dev.simonides.SalvageLoss;
import dev.simonides.core.checkpoint.LostBytes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was lost, by what was damaged. Confined to one thread. */
final class Losses {
    private final Map<Place, Count> counts = new LinkedHashMap<>();
    private final List<SalvageLoss> others = new ArrayList<>();

    private record Place(String what, String file, long offset, long bytes) {}

    private static final class Count {
        private long memories;
        private final List<String> keys = new ArrayList<>();

        void add(String name) {
            memories++;
            if (!name.isEmpty() && keys.size() < SalvageLoss.KEYS_MAX) {
                keys.add(name);
            }
        }
    }

    /** Takes note of a memory that a damaged block held something of; its key is empty where it cannot be read. */
    void add(LostBytes lost, String tenant, String key) {
        Place place = new Place(lost.what(), lost.file(), lost.offset(), lost.bytes());
        counts.computeIfAbsent(place, unknown -> new Count()).add(key.isEmpty() ? "" : tenant + "/" + key);
    }

    /** Takes note of records of the log. */
    void addRecords(long first, long last) {
        others.add(loss(
                "the records of LSN " + first + ".." + last
                        + ": what they put may be missing, and what they replaced or deleted may be there",
                last - first + 1));
    }

    /** Takes note of a log whose end is not known. */
    void addEnd(long lastLsn) {
        others.add(loss("whatever the log held behind LSN " + lastLsn, 0));
    }

    /** Takes note of memories that may have been replaced or deleted. */
    void addDoubtful(List<String> names, long count) {
        if (count > 0) {
            others.add(new SalvageLoss(
                    "who died: " + count + " memories may be there that were replaced or deleted",
                    LostBytes.NO_FILE,
                    0,
                    0,
                    count,
                    names));
        }
    }

    private static SalvageLoss loss(String what, long memories) {
        return new SalvageLoss(what, LostBytes.NO_FILE, 0, 0, memories, List.of());
    }

    List<SalvageLoss> all() {
        List<SalvageLoss> all = new ArrayList<>();
        counts.forEach((place, count) -> {
            String where = place.file().isEmpty()
                    ? "in no file that can be read"
                    : "in " + place.file() + ", bytes " + place.offset() + ".." + (place.offset() + place.bytes());
            String whose = place.what().equals("records") ? "up to " + count.memories : "" + count.memories;
            all.add(new SalvageLoss(
                    "the " + place.what() + " of " + whose + " memories, " + where,
                    place.file(),
                    place.offset(),
                    place.bytes(),
                    count.memories,
                    count.keys));
        });
        all.addAll(others);
        return all;
    }
}
