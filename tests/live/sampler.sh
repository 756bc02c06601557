#!/bin/sh
# sampler - the sampler's thread beside the main one on a real Python, where threads and names come
# and go: with a stop by a signal, at the target's end, and under the live view's picture. It is
# short, and there for ThreadSanitizer to watch.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/cpu.sh"

python=$(pythons | head -n 1 | cut -f 2)
[ -n "$python" ] || skip "there is no Python 3.8 to 3.15 here"

# begin - attaches to the target, and waits until the profiler has worked for a while.
begin() {
    "$tachyon_top" attach -r 10khz --collapsed -o "$work/stacks" --stats "$work/stats" --force \
        "$pid" >"$work/notes" 2>&1 &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 has_sampler || fail "it does not sample: $(cat "$work/notes")"
    enough=$(($(cpu_ns "$profiler") + 500000000))
    wait_for 30 has_used "$enough" || fail "it does nothing: $(cat "$work/notes")"
}

has_sampler() {
    grep -qsx sampler /proc/"$profiler"/task/*/comm || ! kill -0 "$profiler" 2>/dev/null
}

has_used() {
    [ "$(cpu_ns "$profiler" 2>/dev/null)" -ge "$1" ] || ! kill -0 "$profiler" 2>/dev/null
}

# ends_well - it ends with status 0, and has samples and stacks of the target.
ends_well() {
    wait_for 60 is_over "$profiler" || fail "it does not end"
    wait "$profiler" || fail "status $?: $(cat "$work/notes")"
    grep -q '"samples": [1-9]' "$work/stats" || fail "no samples: $(cat "$work/stats")"
    grep -q 'names\.py:main:' "$work/stacks" || fail "a function is missing: $(cat "$work/stacks")"
}

start_target "$python" names --plain 20 --odd-modules --churn --flip
begin
kill -TERM "$profiler"
ends_well

"$tachyon_top" --snapshot "$work/view.json" --force --view threads --after 2 "$pid"
grep -q '"name": "MainThread"' "$work/view.json" || fail "no main thread: $(cat "$work/view.json")"

begin
kill -KILL "$pid"
ends_well
