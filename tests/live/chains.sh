#!/bin/sh
# chains - check_chains.py tells stacks of targets/churn.py that can have been from those that cannot.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# call NAME LINE - of a frame of churn.py.
call() {
    printf ';/w/churn.py:%s:%s' "$1" "$2"
}

# stack FRAME... - a stack on churn(), of frames given as NAME:LINE, or a mark.
stack() {
    printf 'tid:1;/w/churn.py:<module>:9;/w/churn.py:main:8;/w/churn.py:churn:7'
    for frame in "$@"; do
        case $frame in
        ‹*) printf ';%s' "$frame" ;;
        *) call "${frame%:*}" "${frame#*:}" ;;
        esac
    done
    echo ' 1'
}

possible() {
    stack "$@" >>"$work/possible"
}

impossible() {
    stack "$@" >>"$work/impossible"
}

# misplaced FRAME... - it is possible, with a caller on a wrong line.
misplaced() {
    stack "$@" >>"$work/misplaced"
}

# check FILE - what the checker says of its stacks.
check() {
    python3 -B "$top/tests/live/check_chains.py" "$1" >"$work/checked" 2>&1 || true
}

# are_counted KIND WHAT - the checker counts that of each of these stacks; tells of which it does not.
are_counted() {
    check "$work/$1"
    count=$(wc -l <"$work/$1")
    ! grep -q "^kept $count, .*$2" "$work/checked" || return 0
    while read -r one; do
        echo "$one" >"$work/one"
        check "$work/one"
        grep -q "^kept 1, .*$(echo "$2" | sed "s/$count/1/")" "$work/checked" ||
            echo "not told to be $1: $one: $(cat "$work/checked")" >&2
    done <"$work/$1"
    fail "not all are $1"
}

possible
possible chain_a_1:4 chain_a_2:16 chain_a_3:26
possible chain_a_1:0 chain_a_2:16
possible chain_a_1:4 '‹moving›'
misplaced chain_a_1:5 chain_a_2:16
impossible chain_a_1:4 chain_a_3:28
impossible chain_a_1:4 chain_b_2:16
impossible chain_a_2:16
impossible chain_a_1:16 chain_a_2:16

# Level n of the recursion calls on line $n of these.
python3 -B -c "
import sys
sys.path.insert(0, '$top/tests/live/targets')
import churn
for line in sorted(churn.RECURSION_CALLS, key=churn.RECURSION_CALLS.get):
    print(line)" >"$work/lines"
[ "$(wc -l <"$work/lines")" -eq 128 ] || fail "lines of the recursion: $(cat "$work/lines")"

# level LEVEL - a frame of the recursion on the line of that level's call.
level() {
    echo "chain_r:$(sed -n "$1p" "$work/lines")"
}

possible "$(level 1)" "$(level 2)" "$(level 3)"
possible "$(level 1)" "$(level 2)" chain_r:2
possible "$(level 1)" chain_r:0 "$(level 3)"
possible chain_r:0 chain_r:0 '‹moving›'
impossible "$(level 1)" "$(level 3)"
impossible "$(level 1)" "$(level 4)"              # as many by turns as the lines of two
impossible "$(level 1)" chain_r:0 "$(level 4)"    # one level skipped, with that of the one known
impossible "$(level 1)" chain_r:0 "$(level 5)" "$(level 6)"
impossible "$(level 2)" "$(level 3)"
impossible chain_r:0 chain_r:0 "$(level 2)" '‹moving›'
impossible "$(level 1)" chain_r:2 "$(level 3)"    # where it calls nothing
impossible "$(level 1)" chain_a_2:16

# A trace or profile function is on top of all else.
trace=trace_1:$(grep -n '^    trace_2(' "$top/tests/live/targets/churn.py" | cut -d : -f 1)
profile=profile_1:$(grep -n '^    profile_2(' "$top/tests/live/targets/churn.py" | cut -d : -f 1)
possible "$trace"
possible chain_a_1:4 chain_a_2:14 "$trace" trace_2:1
possible chain_a_1:4 chain_a_2:14 "$profile" profile_2:1
possible chain_a_1:4 chain_a_2:14 trace_1:0 trace_2:1
possible "$(level 1)" chain_r:2 "$trace" trace_2:1
misplaced chain_a_1:4 chain_a_2:14 trace_1:1 trace_2:1
misplaced chain_a_1:3 chain_a_2:14 "$trace" trace_2:1
impossible chain_a_1:4 "$trace" chain_a_2:14
impossible chain_a_1:4 trace_2:1
impossible chain_a_1:4 "$trace" profile_2:1
impossible chain_a_1:4 "$trace" "$trace"
impossible chain_a_1:4 "$trace" trace_2:1 trace_3:1
impossible chain_a_1:4 "$profile" profile_2:1 chain_a_2:14
impossible chain_a_1:4 chain_a_3:28 "$trace"
impossible "$(level 1)" "$(level 3)" "$trace"

# Padding leads to a chain, and calls each on another line.
possible pad_1:4 pad_2:4 pad_3:2
possible pad_1:4 pad_2:8 chain_a_1:4 chain_a_2:16
possible pad_1:4 pad_2:0 chain_a_1:4 "$trace"
possible pad_1:8 "$(level 1)" "$(level 2)"
misplaced pad_1:4 pad_2:6 chain_a_1:4
impossible pad_1:4 pad_3:8 chain_a_1:4
impossible pad_2:8 chain_a_1:4
impossible pad_1:4 chain_a_1:4
impossible pad_1:8 pad_2:8 chain_a_1:4
impossible pad_1:4 pad_2:8 chain_a_2:16
impossible pad_1:8 chain_a_1:4 pad_2:8
impossible chain_a_1:4 pad_1:4

are_counted possible "impossible 0, .*misplaced 0,"
are_counted misplaced "impossible 0, .*misplaced $(wc -l <"$work/misplaced"),"
are_counted impossible "impossible $(wc -l <"$work/impossible"),"
