#!/bin/sh
# states - the table of threads tells who they are, and who runs, waits for the GIL, or is idle.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

states() {
    start_target "$2" threads --spin 2 --odd 5
    "$tachyon_top" --snapshot "$work/states.json" --force --view threads --after 4 "$pid"
    python3 -B "$top/tests/live/check_states.py" "$truth" "$work/states.json"
}

for_each_python states
