// SPDX-License-Identifier: Apache-2.0
/**
 * Plane N: the navigable small-world graph of a tenant, its search and its growth.
 *
 * <p>The graph is that of Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using Hierarchical
 * Navigable Small World graphs" (arXiv:1603.09320): M, ef, efConstruction and mL have the paper's meaning; search is its
 * Algorithm 2, the choice of neighbours its Algorithm 4, insertion its Algorithm 1.
 *
 * <p><b>Read first:</b> {@link dev.simonides.core.graph.NodeLayout}, {@link dev.simonides.core.graph.Graph}, then {@link
 * dev.simonides.core.graph.Traversal} and {@link dev.simonides.core.graph.GraphLinker}; for the dead {@link
 * dev.simonides.core.graph.GraphUnlinker}; for compaction {@link
 * dev.simonides.core.graph.GraphRenumbering}; for files {@link dev.simonides.core.graph.GraphBlocks} and {@link dev.simonides.core.graph.GraphLoad}.
 * <p><b>May import:</b> dev.simonides (limits), dev.simonides.core.memory, dev.simonides.core.vector,
 * dev.simonides.quantization, dev.simonides.simd.
 * <p><b>Threads:</b> any number of searches and linkers at once; searches take no lock.
 * <p><b>Invariants:</b> G1 every id in a list is below the published count and was once a valid neighbour. G2 a node's own
 * lists are complete before any list names it. G3 a node is marked linked after its back links stand. G4 the graph decides
 * neither existence nor content: it only proposes ordinals. G5 a block whose nodes changed since it was copied is marked: the
 * mark is set under the stripe of the node that changes, cleared before any of them is copied, and copying takes the
 * stripes too. G6 the pinned links of layer 0 hold all linked nodes together, in both directions: a node and the one it was
 * attached to pin each other, and a pinned link is never pruned, only led over a node in between, or past nodes that leave. G7
 * a node leaves after its death is published, and after that nothing links to it. G8 where a graph keeps 1-bit codes, that of
 * a node is written before any list names it.
 */
package dev.simonides.core.graph;
