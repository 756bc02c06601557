#!/bin/sh
# rate - how many stacks a second are kept and proven at full speed, beside Tachyon and beside nothing but the
# system calls that this takes.
#
#   tests/bench/rate.sh [ROUNDS [SECONDS]]    5 rounds of 3 seconds without any
#
# In the build tree. A round is the profiler, Tachyon and bare_reads one after the other, for SECONDS each, and
# of each row the medians of all rounds are told: also of what is compared, which is measured in one round. The
# profiler reads from elsewhere (--engine remote), as fast as it can, and what it truncated, lost or failed to read
# does not count. Nor does its first second, as full speed comes when code objects are well known, after half a
# second: of a run that is as much longer, what one of a second has is taken away. Of Tachyon, which proves none,
# what it did not call an error counts.
#
# bare_reads repeats one process_vm_readv that the profiler was seen to make (by strace): the one of which it had most
# stacks. A call proves a stack with each thread state that it reads: the piece in front of its last one.
. "${srcdir:-.}/tests/bench/lib.sh"

rounds=${1:-5}
seconds=${2:-3}
most=1mhz
! "$app" --help | grep -q '\bmax\b' || most=max

# kept_in SECONDS - how many it keeps, and in how many seconds.
kept_in() {
    "$app" attach --engine remote -r "$most" -d "$1" -o "$out" --stats "$work/stats" --force "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    echo "$(stat_of samples) $(stat_of truncated) $(stat_of lost) $(stat_of duration_s)" |
        awk '{ printf "%.0f %f\n", $1 - $2 - $3, $4 }'
}

measure_ours() {
    first=$(kept_in 1)
    echo "$first $(kept_in $((seconds + 1)))" | awk '{ printf "%.0f\n", ($3 - $1) / ($4 - $2) }'
}

measure_tachyon() {
    begin_tachyon -r 1000khz -d "$seconds" "$pid"
    wait "$begun" || fail "Tachyon: $(cat "$work/notes")"
    awk '/^Sample rate:/ { rate = $3 } /^Error rate:/ { printf "%.0f\n", rate * (1 - $3 / 100) }' "$work/notes"
}

# find_pieces - the pieces of the call that it makes, into $work/pieces, and how many stacks that proves, into $work/proven.
find_pieces() {
    strace -f -qq -e trace=process_vm_readv -e abbrev=none -e raw=none -s 0 -o "$work/calls" \
        "$app" attach --engine remote -r "$most" -d 1 -o "$out" --force "$pid" 2>"$work/notes" || return 1
    # The second list is the target's.
    sed -n 's/.*\], 1, \[\(.*\)\], [0-9]*, 0) = [0-9]*$/\1/p' "$work/calls" |
        sed 's/{iov_base=\(0x[0-9a-f]*\), iov_len=\([0-9]*\)}/\1:\2/g; s/,//g' |
        awk '{ times[$0]++ }
            !($0 in proven) { for (i = 1; i <= NF; i++) proven[$0] += $i == $(NF - 1) }
            END { for (call in times) print times[call] * proven[call], proven[call], call }' |
        sort -gr | head -n 1 >"$work/best"
    cut -d ' ' -f 2 "$work/best" >"$work/proven"
    cut -d ' ' -f 3- "$work/best" >"$work/pieces"
    [ -s "$work/pieces" ]
}

measure_bare() {
    # shellcheck disable=SC2046  # a list of words
    "$build/tests/bench/bare_reads" "$pid" "$seconds" $(cat "$work/pieces") |
        awk -v each="$(cat "$work/proven")" '{ printf "%.0f\n", $1 * each }'
}

# compare FILE WANTED - the median factor between ours and what is in the file, and how it stands.
compare() {
    paste "$work/ours" "$1" | awk 'NF == 2 && $2 > 0 { print $1 / $2 }' >"$work/factors"
    if [ -s "$work/factors" ]; then
        median "$work/factors" 2 | awk -v wanted="$2" '{ print $1, ($1 >= wanted) ? "ok" : "short" }'
    else
        echo –
    fi
}

# row TITLE OPTION... - measures rounds on crowd.py with these options.
row() {
    title=$1
    shift
    start_target "$python" crowd "$@"
    empty ours theirs bare pieces
    [ -z "$has_strace" ] || find_pieces || fail "strace saw no call: $(cat "$work/notes")"
    for _ in $(seq "$rounds"); do
        measure_ours >>"$work/ours"
        [ -z "$tachyon" ] || measure_tachyon >>"$work/theirs"
        [ -z "$has_strace" ] || measure_bare >>"$work/bare"
    done
    stop_targets
    echo "| $title | $(or_dash "$work/ours" 0) | $(or_dash "$work/theirs" 0) | $(compare "$work/theirs" 8) |" \
        "$(or_dash "$work/bare" 0) | $(compare "$work/bare" 0.667) |"
}

find_peer
has_strace=$(command -v strace || true)
[ -n "$has_strace" ] || echo "the bare calls are left out: strace is not installed" >&2
echo "| stacks a second at -r $most | kept and proven | Tachyon's, kept | times | bare calls | of these |"
echo "| --- | ---: | ---: | ---: | ---: | ---: |"
for depth in 10 200 1000; do
    row "$depth deep, computes" --depth $((depth - 3))
done
row "10 deep, calls a function every 50 ns" --depth 6 --calls
