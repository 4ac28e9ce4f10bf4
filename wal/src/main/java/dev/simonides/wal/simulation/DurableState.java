// SPDX-License-Identifier: Apache-2.0
package dev.simonides.wal.simulation;

import dev.simonides.wal.simulation.Unit.NameChange;
import dev.simonides.wal.simulation.Unit.OfFile;
import dev.simonides.wal.simulation.Unit.SectorWrite;
import dev.simonides.wal.simulation.Unit.SizeChange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is certainly on the device after a prefix of the operations, and what may be. Confined to one thread.
 *
 * <p>A write is pending sector by sector, and apart from that as a size; a sync of the file makes both durable. Names are
 * pending until the directory is synced. A write that changes nothing on the device whatever else is pending is no unit.
 */
final class DurableState {
    private final boolean lyingSyncs;
    private final boolean garbage;
    private final Map<Integer, Content> files = new HashMap<>();
    private final SortedMap<String, Integer> names = new TreeMap<>();
    private final Map<Integer, Long> sizes = new HashMap<>();
    private List<Unit> pending = new ArrayList<>();

    DurableState(Map<String, Content> start, Map<String, Integer> startNames, CrashModel model) {
        this.lyingSyncs = model.lyingSyncs();
        this.garbage = model.garbage();
        start.forEach((name, content) -> {
            int file = startNames.getOrDefault(name, -1);
            names.put(name, file);
            files.put(file, content.copy());
            sizes.put(file, content.size());
        });
    }

    List<Unit> pending() {
        return pending;
    }

    void advance(Operation operation) {
        switch (operation) {
            case Operation.Create(String name, int file) -> {
                files.put(file, new Content());
                sizes.put(file, 0L);
                pending.add(new NameChange(name, null, file));
            }
            case Operation.Write write -> write(write);
            case Operation.Truncate(int file, long size) -> {
                sizes.put(file, size);
                pending.add(new SizeChange(file, size));
            }
            case Operation.SyncFile(int file) -> settle(unit -> unit instanceof OfFile part && part.file() == file);
            case Operation.LoseUnsynced(int file) ->
                pending.removeIf(unit -> unit instanceof OfFile part && part.file() == file);
            case Operation.Rename(String from, String to, int file) -> pending.add(new NameChange(to, from, file));
            case Operation.Delete(String name) -> pending.add(new NameChange(null, name, -1));
            case Operation.SyncDirectory() -> settle(unit -> unit instanceof NameChange);
        }
    }

    private void write(Operation.Write write) {
        int file = write.file();
        byte[] bytes = write.bytes();
        for (int done = 0; done < bytes.length; ) {
            long position = write.position() + done;
            int sector = Math.toIntExact(position / Sector.BYTES);
            int at = (int) (position % Sector.BYTES);
            int length = Math.min(bytes.length - done, Sector.BYTES - at);
            Sector whole = length == Sector.BYTES ? Sector.ZERO.with(bytes, done, 0, length) : null;
            if (whole == null || !changesNothing(file, sector, whole)) {
                pending.add(new SectorWrite(file, sector, whole, bytes, done, at, length));
            }
            done += length;
        }
        long end = write.position() + bytes.length;
        if (end > sizes.getOrDefault(file, 0L)) {
            sizes.put(file, end);
            pending.add(new SizeChange(file, end));
        }
    }

    private boolean changesNothing(int file, int sector, Sector whole) {
        Content content = files.get(file);
        if (content == null || (garbage && content.sector(sector) == null)) {
            return false;
        }
        if (!content.read(sector).sameAs(whole)) {
            return false;
        }
        for (Unit unit : pending) {
            if (unit instanceof OfFile part && part.file() == file) {
                boolean touches = !(part instanceof SectorWrite other) || other.sector() == sector;
                if (touches && !(part instanceof SizeChange change && change.size() > content.size())) {
                    return false;
                }
            }
        }
        return true;
    }

    private void settle(java.util.function.Predicate<Unit> covered) {
        if (lyingSyncs) {
            return;
        }
        List<Unit> rest = new ArrayList<>();
        for (Unit unit : pending) {
            if (covered.test(unit)) {
                apply(unit, files, names, Integer.MAX_VALUE);
            } else {
                rest.add(unit);
            }
        }
        pending = rest;
    }

    /** The names and files on the device if of what is pending exactly the chosen units reached it. */
    SortedMap<String, Content> image(CrashModel model, BitSet chosen, int tornUnit, int tornBytes) {
        Map<Integer, Content> imageFiles = new HashMap<>(files);
        SortedMap<String, Integer> imageNames = new TreeMap<>(names);
        Map<Integer, Content> changed = new HashMap<>();
        boolean namesCut = false;
        for (int i = 0; i < pending.size(); i++) {
            Unit unit = pending.get(i);
            if (!chosen.get(i)) {
                namesCut |= unit instanceof NameChange && !model.weakNames();
                continue;
            }
            if (unit instanceof NameChange && namesCut) {
                continue;
            }
            if (unit instanceof OfFile part) {
                Content own = changed.computeIfAbsent(part.file(), file -> copyOf(imageFiles, file));
                imageFiles.put(part.file(), own);
            }
            apply(unit, imageFiles, imageNames, i == tornUnit ? tornBytes : Integer.MAX_VALUE);
        }
        SortedMap<String, Content> image = new TreeMap<>();
        imageNames.forEach((name, file) -> {
            Content content = copyOf(imageFiles, file);
            content.settle(model.garbage(), Hash.combine(model.seed(), file));
            image.put(name, content);
        });
        return image;
    }

    private static Content copyOf(Map<Integer, Content> files, int file) {
        Content content = files.get(file);
        return content == null ? new Content() : content.copy();
    }

    private static void apply(Unit unit, Map<Integer, Content> files, Map<String, Integer> names, int prefix) {
        switch (unit) {
            case SectorWrite write -> {
                Content content = files.computeIfAbsent(write.file(), file -> new Content());
                content.put(
                        write.sector(), write.apply(content.read(write.sector()), Math.min(prefix, write.length())));
            }
            case SizeChange(int file, long size) ->
                files.computeIfAbsent(file, absent -> new Content()).resize(size);
            case NameChange change -> {
                if (change.removed() != null) {
                    names.remove(change.removed());
                }
                if (change.added() != null) {
                    names.put(change.added(), change.file());
                }
            }
        }
    }
}
