# shellcheck shell=sh
# lib.sh - what the benchmarks share: real Pythons, a screen, and the CPU time of a process.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/screen.sh"
. "$top/tests/live/cpu.sh"

build=${builddir:-.}
app=$build/tachyon-top
[ -x "$app" ] || fail "there is no $app: build first, and run this in the build tree"

# median FILE - of the numbers in it, a line each.
median() {
    sort -g "$1" | awk '{ v[NR] = $1 }
        END { printf "%.1f\n", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# range FILE - from the least of them to the greatest.
range() {
    sort -g "$1" | awk 'NR == 1 { least = $1 } END { printf "%.1f to %.1f\n", least, $1 }'
}
