// SPDX-License-Identifier: Apache-2.0
/**
 * Damage to the files of a whole store: bytes, sectors, sizes, names. What a store serves afterwards is right, or it says
 * what is wrong with which file.
 *
 * <p><b>Read first:</b> {@link SmallStore}, then {@link Trial}, then {@link DamageTest}.
 *
 * <p><b>May import:</b> everything.
 *
 * <p><b>Threads:</b> a few, each with copies of its own.
 */
package dev.simonides.damage;
