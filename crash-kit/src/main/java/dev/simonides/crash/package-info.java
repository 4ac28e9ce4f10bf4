// SPDX-License-Identifier: Apache-2.0
/**
 * Crash tests for a program of one's own: it is written once, as a {@link CrashApplication}, and then killed for real
 * ({@link KillRounds}), cut off from power after each of its disk operations ({@link PowerCuts}), and given a disk that
 * fails at each of them ({@link FaultRounds}).
 *
 * <p>The one thing they all check is the promise of an acknowledgement: of every {@link Sequence} of operations that the
 * application issues in order, what is found afterwards is the effect of a prefix, at least as long as what was
 * acknowledged and at most as long as what was issued.
 *
 * <pre>{@code
 * final class Diary implements CrashApplication {
 *     public static void main(String[] arguments) throws Exception {
 *         CrashChild.run(new Diary(), arguments);
 *     }
 *
 *     public void work(CrashRun run) {
 *         Sequence entries = run.sequence(0);
 *         try (MemoryIndex index = MemoryIndex.open(run.directory(), OPTIONS)) {
 *             while (run.goesOn()) {
 *                 index.put(entry(entries.issue()));
 *                 entries.acknowledge();
 *             }
 *         }
 *     }
 *
 *     public void check(CrashRun run) {
 *         try (MemoryIndex index = MemoryIndex.open(run.directory(), OPTIONS)) {
 *             run.sequence(0).findPrefix(operations -> contentsAre(index, operations));
 *         }
 *     }
 * }
 *
 * System.out.println(KillRounds.of(new Diary()).rounds(100).run(folder));
 * System.out.println(PowerCuts.of(new Diary()).run());
 * System.out.println(FaultRounds.of(new Diary()).run());
 * }</pre>
 *
 * <p><b>Read first:</b> {@link CrashApplication}, then {@link CrashRun}, then {@link KillRounds}.
 * <p><b>May import:</b> dev.simonides, dev.simonides.wal, dev.simonides.wal.simulation. Nothing else of ours.
 * <p><b>Threads:</b> a harness is confined to the thread that runs it; an application may have as many as it likes, one at a
 * time for each sequence.
 * <p><b>Invariants:</b> X1 of each sequence acknowledged ≤ found ≤ issued. X2 an operation is issued before it begins and
 * acknowledged after it has ended. X3 what a child noted survives its death: the notes are in a mapped file.
 */
package dev.simonides.crash;
