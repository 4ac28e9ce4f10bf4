// SPDX-License-Identifier: Apache-2.0
package dev.simonides.crash.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What a store must hold: a sorted map behind every write, with what the disk had done when the write began and when it was
 * known to be durable. Confined to one thread.
 *
 * <p>What a crash leaves must be one of these maps, none before the last one that the durability promised, none behind the last
 * one that was begun.
 */
final class Expected {
    private static final int NEVER = Integer.MAX_VALUE;

    private final List<State> states = new ArrayList<>();

    /** What there was behind each write, those before the present opening too. */
    private final List<NavigableMap<String, Known>> history = new ArrayList<>();

    /** For what the disk had done, how much of the history a checkpoint made then holds for sure. */
    private final NavigableMap<Integer, Integer> checkpoints = new TreeMap<>(Map.of(0, 1));

    /**
     * What a key of a tenant holds.
     *
     * @param write number of its write; writes have the order of their numbers, in the log and among equal scores
     */
    record Known(int vector, String text, long write) {
        @Override
        public String toString() {
            return "write " + write + " of vector " + vector;
        }
    }

    private record State(NavigableMap<String, Known> contents, int begunAt, int durableAt) {}

    /** An empty store. */
    Expected() {
        states.add(new State(new TreeMap<>(), 0, 0));
        history.add(present());
    }

    NavigableMap<String, Known> present() {
        return states.getLast().contents();
    }

    /** Notes what a write will do, before it is done. */
    void begin(NavigableMap<String, Known> contents, int operations) {
        states.add(new State(contents, operations, NEVER));
        history.add(contents);
    }

    /** Notes that all writes so far are durable. */
    void durable(int operations) {
        states.replaceAll(
                state -> new State(state.contents(), state.begunAt(), Math.min(state.durableAt(), operations)));
    }

    /** Notes that a checkpoint holds what is present, and that all of it is durable. */
    void checkpointed(int operations) {
        durable(operations);
        checkpoints.put(operations, history.size());
    }

    /** Notes that nobody knows any more which checkpoint is the last one that can be read. */
    void checkpointsLost() {
        checkpoints.clear();
        checkpoints.put(0, 1);
    }

    /**
     * Goes on from what an opening has found, which is durable.
     *
     * @param endedAt what the disk had done when the last opening ended
     * @param operations what it had done when this one began
     */
    @SuppressWarnings("ReferenceEquality") // what was lost may have been equal to what was not
    void opened(NavigableMap<String, Known> found, int endedAt, int operations) {
        boolean later = false;
        for (State state : states) {
            if (later) {
                history.removeIf(contents -> contents == state.contents());
            }
            later |= state.contents() == found;
        }
        states.clear();
        states.add(new State(found, operations, operations));
        int held = checkpoints.floorEntry(endedAt).getValue();
        checkpoints.clear();
        checkpoints.put(0, held);
    }

    /** What a power cut may leave that happened when the disk had done so many operations. */
    List<NavigableMap<String, Known>> possibleAt(int operations) {
        int least = 0;
        int most = 0;
        for (int i = 0; i < states.size(); i++) {
            least = states.get(i).durableAt() <= operations ? i : least;
            most = states.get(i).begunAt() <= operations ? i : most;
        }
        return states.subList(least, Math.max(least, most) + 1).stream()
                .map(State::contents)
                .collect(Collectors.toList());
    }

    /** Whether a reader beside the writer may find this: between the last checkpoint asked for and the last write. */
    boolean mayBeTheLastCheckpoint(NavigableMap<String, String> found) {
        int least = checkpoints.lastEntry().getValue() - 1;
        return history.subList(least, history.size()).stream()
                .anyMatch(contents -> texts(contents).equals(found));
    }

    static NavigableMap<String, String> texts(NavigableMap<String, Known> contents) {
        NavigableMap<String, String> texts = new TreeMap<>();
        contents.forEach((name, known) -> texts.put(name, known.text()));
        return texts;
    }

    /** The keys that differ. */
    static String differences(NavigableMap<String, String> expected, NavigableMap<String, String> found) {
        Set<String> names = new TreeSet<>(expected.keySet());
        names.addAll(found.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(expected.get(name), found.get(name)))
                .map(name ->
                        name + ": expected=" + shortened(expected.get(name)) + ", found=" + shortened(found.get(name)))
                .toList()
                .toString();
    }

    private static String shortened(String text) {
        return text == null ? "nothing" : text.replaceAll("x+", "");
    }
}
