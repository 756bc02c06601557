#!/bin/sh
# names - the names that are read from outside are those that Python's threads have.
. "${srcdir:-.}/tests/live/lib.sh"

probe=${builddir:-.}/tests/live/names_probe
need python3

# read_names COUNT - reads so many times, and compares all that was read with the truth.
read_names() {
    count=$1
    set --
    while [ $# -lt "$count" ]; do
        set -- "$@" "$work/names.$#"
        "$probe" "$pid" >"$work/names.$(($# - 1))"
    done
    python3 "$top/tests/live/check_names.py" "$truth" "$@"
}

is_renamed() {
    grep -q 'now 0' "$truth"
}

# However an object keeps its attributes, and when they are changed.
steady() {
    start_target "$2" names
    read_names 1
    kill -USR1 "$pid"
    wait_for 10 is_renamed || fail "the target does not rename its threads"
    read_names 1
}

# sys.modules as a dict that not only has str as keys; threads that come and go, names that change.
moving() {
    start_target "$2" names --plain 50 --odd-modules --churn --flip
    read_names 40
}

for_each_python steady
for_each_python moving
