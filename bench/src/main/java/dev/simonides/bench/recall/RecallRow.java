// SPDX-License-Identifier: Apache-2.0
package dev.simonides.bench.recall;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What the sweep measured at one ef: the columns of the timed pass with the median mean.
 *
 * <p>Immutable.
 *
 * @param ef size of the candidate pool
 * @param k results wanted
 * @param recall share of the true k nearest that were found, 0..1, by row, mean over the queries
 * @param meanMicros time of a search in microseconds: the mean
 * @param p50Micros the median
 * @param p99Micros the 99th percentile
 * @param wallMicros wall time of the pass by the number of queries, the sweep's own work included
 * @param evaluations distances computed, mean over the queries
 * @param pages distinct vector pages touched, mean over the queries
 * @param poolPages distinct vector pages of the candidate pool, mean over the queries
 */
public record RecallRow(
        int ef,
        int k,
        double recall,
        double meanMicros,
        double p50Micros,
        double p99Micros,
        double wallMicros,
        double evaluations,
        double pages,
        double poolPages) {

    private static final JsonFactory JSON = new JsonFactory();

    /** This row with the pages counted apart. */
    RecallRow withPages(double pages, double poolPages) {
        return new RecallRow(
                ef, k, recall, meanMicros, p50Micros, p99Micros, wallMicros, evaluations, pages, poolPages);
    }

    /**
     * The row as one JSON object, on one line.
     *
     * @return an object with the fields ef, k, recall, mean_us, p50_us, p99_us, wall_us, evaluations, pages,
     *     pool_pages
     */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("ef", ef);
            json.writeNumberField("k", k);
            json.writeNumberField("recall", rounded(recall, 5));
            json.writeNumberField("mean_us", rounded(meanMicros, 2));
            json.writeNumberField("p50_us", rounded(p50Micros, 2));
            json.writeNumberField("p99_us", rounded(p99Micros, 2));
            json.writeNumberField("wall_us", rounded(wallMicros, 2));
            json.writeNumberField("evaluations", rounded(evaluations, 1));
            json.writeNumberField("pages", rounded(pages, 1));
            json.writeNumberField("pool_pages", rounded(poolPages, 1));
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private static BigDecimal rounded(double value, int decimals) {
        return BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN);
    }
}
