// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash;

import dev.simonides.wal.simulation.SimulatedDirectory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far sequences were after each operation of a simulated disk. Any thread.
 *
 * <p>Issued is noted with the operations done before, acknowledged with those done after: beside other threads a note may say
 * less than was promised, never more.
 */
final class Timeline implements Counters {
    private final SimulatedDirectory disk;
    private final List<TreeMap<Integer, Long>> issued = new ArrayList<>();
    private final List<TreeMap<Integer, Long>> acknowledged = new ArrayList<>();
    private final Map<Integer, Long> recovered = new HashMap<>();

    Timeline(SimulatedDirectory disk, Counters start) {
        this.disk = disk;
        for (int sequence = 0; sequence < start.sequences(); sequence++) {
            issued.add(new TreeMap<>());
            issued.getLast().put(0, start.issued(sequence));
            acknowledged.add(new TreeMap<>());
            acknowledged.getLast().put(0, start.acknowledged(sequence));
        }
    }

    @Override
    public int sequences() {
        return issued.size();
    }

    @Override
    public synchronized long issued(int sequence) {
        return issued.get(sequence).lastEntry().getValue();
    }

    @Override
    public synchronized long acknowledged(int sequence) {
        return acknowledged.get(sequence).lastEntry().getValue();
    }

    @Override
    public synchronized void setIssued(int sequence, long operations) {
        Long durable = recovered.remove(sequence);
        if (durable != null) {
            acknowledged.get(sequence).put(disk.operations(), durable);
        }
        issued.get(sequence).put(disk.operations(), operations);
    }

    @Override
    public synchronized void setAcknowledged(int sequence, long operations) {
        acknowledged.get(sequence).put(disk.operations(), operations);
    }

    /**
     * A process died, and the next one will find what is in the system's cache. It may go on from there, and so must have made
     * it durable, once it issues an operation of its own.
     */
    synchronized void recover(Notes found) {
        for (int sequence = 0; sequence < sequences(); sequence++) {
            issued.get(sequence).put(disk.operations(), found.issued(sequence));
            recovered.put(sequence, found.issued(sequence));
        }
    }

    /** What had been noted after a number of operations. */
    synchronized Notes at(int position) {
        Notes notes = new Notes(sequences());
        for (int sequence = 0; sequence < sequences(); sequence++) {
            notes.setIssued(sequence, issued.get(sequence).floorEntry(position).getValue());
            notes.setAcknowledged(
                    sequence, acknowledged.get(sequence).floorEntry(position).getValue());
        }
        return notes;
    }
}
