// SPDX-License-Identifier: Apache-2.0

/** A program outside the project that stores and finds memories. */
module org.example.outside {
    requires dev.simonides.core;
}
