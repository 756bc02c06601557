#!/bin/sh
# The live view on a real Python: how it begins, that keys do not wait for it, what it sends, and
# how it follows the terminal's size.
. "${srcdir:-.}/tests/tui/lib.sh"

find_python
start_target "$python" threads

now_ms() {
    date +%s%3N
}

# age - how long the target has been up, as the header tells it: another for each picture.
age() {
    look | sed -n '1s/.*  up \([^ ]*\( s\)\{0,1\}\) .*/\1/p'
}

is_older_than() {
    now=$(age)
    [ -n "$now" ] && [ "$now" != "$1" ]
}

# await_picture - waits for the next one.
await_picture() {
    until_so is_older_than "$(age)" || fail "no new picture"
}

# Not only once, as the machine may have been busy with something else: where rows or keys wait for the
# second picture, they do so each time.
rows_come_early() {
    open_shell 120 24
    enter "$tachyon --refresh 5 $pid; echo sta\"tus\" \$?"
    see_row 1 '^tachyon-top ' # how long it takes to begin is the machine's matter
    began=$(now_ms)
    see_row 5 '[0-9]'
    rows=$(now_ms)
    await_picture
    second=$(now_ms)
    echo "rows after $((rows - began)) ms, the second picture $((second - rows)) ms later"
    [ $((2 * (rows - began))) -lt $((second - rows)) ]
}

echo "rows come long before the second picture"
rows_come_early || rows_come_early || rows_come_early || fail "rows come late"

is_not() {
    ! "$@"
}

# answered KEY BACK CONDITION... - in one of several tries, what a key does is seen before the next picture;
# it is pressed right after one came, and BACK undoes it.
answered() {
    key=$1 back=$2
    shift 2
    for _ in 1 2 3 4; do
        await_picture
        last=$(age)
        keys "$key"
        until_so "$@" || fail "key $key: not $*"
        now=$(age)
        keys "$back"
        until_so is_not "$@" || fail "key $back does not undo $key"
        [ "$now" != "$last" ] || return 0
    done
    fail "key $key waits for the next picture"
}

keys_do_not_wait() {
    answered Tab Tab shows TID
    answered Down Escape row_matches 5 '^▶'
    answered s S shows 'sort TOTAL%'
}

echo "keys do not wait for pictures"
keys_do_not_wait
end_program q
echo "… also at 100 kHz on busy threads"
first=$pid first_truth=$truth
start_target "$python" threads --spin 3 --hash 2
open_program 120 24 --refresh 5 -r 100khz
await_picture
keys_do_not_wait
end_program q
kill "$pid"
pid=$first truth=$first_truth

echo "it begins as the options ask"
open_program 120 24 --view threads --mode cpu --span start --sort tid --filter e --refresh 0.5
see 'since start'
see 'sort TID ▲'
see 'filter e'
see 'sleep-1'
hides 'spin-1' || fail "--filter has no effect"
keys Tab
see 'mode cpu'
keys +
see 'refreshed 4 times'
end_program q
tid=$("$python" -c 'import json, sys
threads = json.loads(sys.stdin.readline())["threads"]
print(next(thread["tid"] for thread in threads if thread["doing"] == "lock"))' \
    <"$truth")
open_program 120 24 --thread "$tid"
see 'thread lock-1'
see ' lock '
hides ' spin ' || fail "--thread has no effect"
end_program q

echo "a target that is stopped is told as that, until it goes on"
open_program 120 24
await_picture
kill -STOP "$pid"
see 'STOPPED by a signal'
resize 60 12
see 'STOPPED'
kill -CONT "$pid"
see '● LIVE'
end_program q

echo "a fault in the sampler's thread ends it, and the terminal is as before"
open_shell 120 24
remember_terminal
# The sanitizers would report what is asked for here.
enter "ASAN_OPTIONS=handle_segv=0 $tachyon $pid; echo sta\"tus\" \$?"
see_row 5 '[0-9]'
program=$(program_pid)
sampler=$(grep -lx sampler /proc/"$program"/task/*/comm | cut -d / -f 5)
[ -n "$sampler" ] || fail "there is no sampler's thread"
"$python" -c 'import ctypes, platform, sys
number = {"x86_64": 234, "aarch64": 131}[platform.machine()]  # tgkill
sys.exit(ctypes.CDLL(None).syscall(number, int(sys.argv[1]), int(sys.argv[2]), 11))' \
    "$program" "$sampler"
see 'status 139'
see_terminal_restored

echo "sizes, live and frozen"
# follows COLUMNS ROWS - the screen fills the new size: titles, rows and keys are where they belong.
follows() {
    resize "$1" "$2"
    see_row 1 "$pid pyth"
    see_row 4 'SELF%'
    see_row 5 '[0-9]'
    see_row "$2" '^ h Help .*q Quit .* [0-9]* rows\{0,1\}$\|^ h Help .*q Quit .*–[0-9]* of [0-9]*$'
    until_so is_as_wide_as "$1" || fail "the last row does not reach the edge"
}

is_as_wide_as() {
    [ "$(look | tail -n 1 | wc -m)" -eq "$1" ] # one column stays free, and there is a line feed
}

walk_sizes() {
    for size in '60 12' '80 24' '200 60' '300 100' '60 12' '200 60'; do
        # shellcheck disable=SC2086  # two words
        follows $size
    done
    for size in '59 12' '60 11' '20 3' '1 1'; do
        # shellcheck disable=SC2086  # two words
        resize $size
        see_no "$pid"
    done
    resize 59 20
    see 'terminal too small (need 60×12)'
    follows 200 60
}

open_program 200 60
walk_sizes
shows '● LIVE' || fail "it is no longer live"
keys p
see 'FROZEN'
# The screen but for the age of its picture.
ageless() {
    look | sed 's/ *❚❚ FROZEN [^%]*%/ FROZEN/'
}
ageless >"$work/before"
walk_sizes
is_as_before() {
    ageless >"$work/after"
    cmp -s "$work/before" "$work/after"
}
until_so is_as_before || { diff "$work/before" "$work/after" >&2; fail "the frozen picture moved"; }
end_program q

echo "what did not change is not sent"
start_target "$python" threads --hold
open_shell 120 40
enter "$tachyon $pid"
see_row 5 '[0-9]'
t pipe-pane -t test "cat >>$work/sent"

frames() {
    "$python" -IS "$top/tests/tui/frames.py" "$work/sent"
}

has_frames() {
    [ "$(frames | wc -l)" -ge "$1" ]
}

# middle - of the sizes of all frames.
middle() {
    frames | cut -f 1 | sort -n | sed -n "$((($(frames | wc -l) + 1) / 2))p"
}

has_frame_with() {
    frames | grep -q "$1"
}

keys C-l
until_so has_frame_with 'tachyon-top .*q Quit' || fail "Ctrl-L does not send the screen again"
full=$(frames | sort -n | tail -n 1 | cut -f 1)
: >"$work/sent"
until_so has_frames 12 || fail "no pictures"
live=$(middle)
[ $((4 * live)) -lt "$full" ] ||
    fail "a picture of a target that stands still is sent in $live bytes, the whole in $full"
keys p
until_so has_frame_with 'FROZEN' || fail "it is not frozen"
: >"$work/sent"
until_so has_frames 3 || fail "the age does not grow"
! frames | cut -f 2 | grep '[^0-9 s]' || fail "more than the age is sent while frozen"
echo "all $full bytes, a picture that stands still $live, a frozen one $(middle)"
exit 0
