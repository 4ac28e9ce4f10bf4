// SPDX-License-Identifier: Apache-2.0
package dev.simonides.quantization;

/**
 * How closeness is measured. Immutable.
 *
 * <p>A <em>score</em> is always larger for what is closer; a <em>distance</em> is always smaller:
 *
 * <table>
 * <caption>Score and distance</caption>
 * <tr><th>similarity</th><th>score</th><th>distance</th></tr>
 * <tr><td>{@link #COSINE}</td><td>{@code ⟨x,q⟩ / (‖x‖·‖q‖)}</td><td>{@code 1 − score}</td></tr>
 * <tr><td>{@link #DOT}</td><td>{@code ⟨x,q⟩}</td><td>{@code −score}</td></tr>
 * <tr><td>{@link #EUCLIDEAN}</td><td>{@code −‖x−q‖²}</td><td>{@code ‖x−q‖}</td></tr>
 * </table>
 */
public enum Similarity {
    /** The cosine of the angle between two vectors, −1..1; lengths do not matter, a zero vector has no direction. */
    COSINE(1),
    /** The inner product of vectors of any length, normalised or not. */
    DOT(2),
    /** The Euclidean distance. */
    EUCLIDEAN(3);

    private final byte code;

    Similarity(int code) {
        this.code = (byte) code;
    }

    /**
     * The number that stands for this similarity on disk.
     *
     * @return 1..3, never changed
     */
    public byte code() {
        return code;
    }

    /**
     * The similarity a number on disk stands for.
     *
     * @param code as {@link #code()} gave it
     * @return the similarity
     * @throws IllegalArgumentException if no similarity has this code
     */
    public static Similarity of(int code) {
        return switch (code) {
            case 1 -> COSINE;
            case 2 -> DOT;
            case 3 -> EUCLIDEAN;
            default -> throw new IllegalArgumentException("similarity code: expected=1..3, actual=" + code);
        };
    }
}
