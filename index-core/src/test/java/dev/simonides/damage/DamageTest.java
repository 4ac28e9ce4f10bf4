// SPDX-License-Identifier: Apache-2.0
package dev.simonides.damage;

import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Damages every file of a small store in every way: never a wrong answer. */
@Tag("crash")
class DamageTest {
    private static SmallStore store;
    private static Damages damages;

    private Trial trial;

    @BeforeAll
    static void write() {
        store = SmallStore.write(1);
        damages = new Damages(store, SmallStore.write(2));
    }

    @BeforeEach
    void begin() {
        trial = new Trial(store, Trial.Promise.RIGHT);
    }

    private void tryAll(String title, Stream<Damage> all) throws InterruptedException {
        trial.run(all.iterator());
        trial.print(title);
    }

    @Test
    void noChangedByteIsBelieved() throws InterruptedException {
        tryAll("changed bytes", damages.flips());
    }

    @Test
    void noOtherSizeIsBelieved() throws InterruptedException {
        tryAll("other sizes", damages.sizes());
    }

    @Test
    void noMisplacedSectorIsBelieved() throws InterruptedException {
        tryAll("sectors and blocks", damages.sectors());
    }

    @Test
    void noOtherFileIsBelieved() throws InterruptedException {
        tryAll("whole files", damages.files());
    }
}
