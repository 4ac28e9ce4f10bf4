// SPDX-License-Identifier: Apache-2.0
package dev.simonides.core.graph;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VisitedSetTest {
    private static List<Integer> members(VisitedSet visited) {
        List<Integer> members = new ArrayList<>();
        for (int i = 0; i < visited.size(); i++) {
            members.add(visited.member(i));
        }
        return members;
    }

    @Test
    void isASetInOrderOfArrivalThatIsEmptyAtEveryBegin() {
        long seed = 9;
        Random random = new Random(seed);
        VisitedSet visited = new VisitedSet();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(JAVA_INT, 100);
            for (int round = 0; round < 200; round++) {
                int bound = 1 + random.nextInt(100_000);
                visited.begin(bound);
                Set<Integer> model = new LinkedHashSet<>();
                int first = random.nextInt(bound);
                visited.add(first);
                model.add(first);
                for (int list = 0; list < 20; list++) {
                    int count = random.nextInt(100);
                    for (int i = 0; i < count; i++) {
                        int ordinal = random.nextInt(random.nextBoolean() ? bound : Math.min(bound, 200));
                        ids.setAtIndex(JAVA_INT, i, ordinal);
                        model.add(ordinal);
                    }
                    visited.addAll(ids.address(), count);
                    assertEquals(List.copyOf(model), members(visited), "seed=" + seed + ", round=" + round);
                }
            }
        }
    }

    @Test
    void whatLiesFarBeyondTheBoundIsPassedOver() {
        VisitedSet visited = new VisitedSet();
        visited.begin(100);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocateFrom(JAVA_INT, 3, 1_000_000_000, 99, -1, 3);

            visited.addAll(ids.address(), 5);

            assertEquals(List.of(3, 99), members(visited));
        }
    }
}
