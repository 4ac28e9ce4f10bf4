// SPDX-License-Identifier: Apache-2.0
package dev.simonides.cli.demo;

import java.util.List;

/** What the demonstration asks, in the words of somebody who has not seen the texts. */
final class Questions {
    static final List<String> ALL = List.of(
            "Who discovered penicillin?",
            "Which explorer was the first to reach the South Pole?",
            "Who invented a system of writing for people without sight?",
            "On which ship did the crew mutiny against William Bligh?",
            "Which Greek mathematician worked on hydrostatics?");

    private Questions() {}
}
