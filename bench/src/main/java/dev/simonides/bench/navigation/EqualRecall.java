// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.navigation;

import dev.simonides.bench.recall.RecallRow;
import java.util.Comparator;
import java.util.List;

/** The time of a search at a recall that lies between two that were measured. */
final class EqualRecall {
    private EqualRecall() {}

    /**
     * Interpolates between the two nearest rows.
     *
     * @param rows of one navigation, ef rising
     * @param recall 0..1
     * @return microseconds, or NaN where no row is below or none above
     */
    static double micros(List<RecallRow> rows, double recall) {
        List<RecallRow> sorted =
                rows.stream().sorted(Comparator.comparingInt(RecallRow::ef)).toList();
        for (int i = 1; i < sorted.size(); i++) {
            RecallRow below = sorted.get(i - 1);
            RecallRow above = sorted.get(i);
            if (below.recall() <= recall && recall <= above.recall() && below.recall() < above.recall()) {
                double share = (recall - below.recall()) / (above.recall() - below.recall());
                return below.meanMicros() + share * (above.meanMicros() - below.meanMicros());
            }
        }
        return Double.NaN;
    }
}
