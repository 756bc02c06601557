#!/bin/sh
# musl - threads that wait for the GIL are known by their futex also where the C library is musl, with which that is one
# on the waiter's own stack. Shown with its condition variables alone: Debian has no Python that is built with it.
. "${srcdir:-.}/tests/live/lib.sh"

need musl-gcc
probe=${builddir:-.}/tests/live/waiters_probe
musl-gcc -o "$work/musl_waiters" "$top/tests/live/musl_waiters.c" || fail "it cannot be built"
mkfifo "$work/told"
"$work/musl_waiters" >"$work/told" &
waits=$!
targets="$targets $waits"
read -r condition tids <"$work/told"
grep -q -- '-musl' "/proc/$waits/maps" || fail "musl is not known by: $(cat "/proc/$waits/maps")"
# shellcheck disable=SC2086  # a list of words
told=$("$probe" "$waits" "$condition" $tids | paste -s -d ' ')
[ "$told" = "yes yes yes no" ] || fail "three wait in it, and the last one elsewhere: $told"
