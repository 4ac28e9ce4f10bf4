#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the kernels: build.sh <source folder> <output folder>
#
# Writes <output>/native/<os>-<arch>/libsimonides_kernels.so and, beside it, its SHA-256. Without a C compiler it says so
# in one line and succeeds: Simonides then runs on its Java kernels. $CC, if set, names the compiler.
set -eu

sources=$1
os=$(uname -s | tr '[:upper:]' '[:lower:]')
arch=$(uname -m | sed 's/^arm64$/aarch64/; s/^amd64$/x86_64/')
folder=$2/native/$os-$arch
library=$folder/libsimonides_kernels.so

find_compiler() {
    for candidate in ${CC:+"$CC"} cc gcc clang; do
        if command -v "$candidate" >/dev/null 2>&1; then
            echo "$candidate"
            return
        fi
    done
}

compiler=$(find_compiler)
if [ -z "$compiler" ]; then
    rm -rf "$folder"
    echo "native-simd: no C compiler (cc, gcc, clang) on the PATH: built without the native kernels"
    exit 0
fi
if [ -f "$library.sha256" ] && [ -z "$(find "$sources" -newer "$library.sha256")" ]; then
    exit 0
fi

mkdir -p "$folder"
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT

# No FMA unless a kernel asks for one: scores and codes have the same bits on every tier.
flags="-std=gnu11 -O3 -fPIC -fvisibility=hidden -ffp-contract=off -fno-math-errno -Wall -Wextra -Wmissing-prototypes"

# All at once: one takes most of a quarter of a minute.
pids=
# shellcheck disable=SC2086 # flags are words
compile() {
    tier=$1
    shift
    "$compiler" $flags "$@" -c "$sources/$tier.c" -o "$objects/$tier.o" &
    pids="$pids $!"
}

compile best_tier
compile kernels_c
if [ "$arch" = x86_64 ]; then
    compile kernels_avx2 -mavx2 -mfma -mf16c -mpopcnt
    compile kernels_avx512 -mavx2 -mfma -mf16c -mpopcnt -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni
fi
for pid in $pids; do
    wait "$pid"
done
"$compiler" -shared -o "$library" "$objects"/*.o

cd "$folder"
if command -v sha256sum >/dev/null 2>&1; then
    sha256sum libsimonides_kernels.so >libsimonides_kernels.so.sha256
else
    shasum -a 256 libsimonides_kernels.so >libsimonides_kernels.so.sha256
fi
