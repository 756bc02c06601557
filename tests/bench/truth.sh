#!/bin/sh
# truth - how many stacks are impossible, failed or truncated, on programs that never stand still.
#
#   tests/bench/truth.sh [SECONDS [ENGINE...]]    2 seconds of each of all without it
#
# With ROWS=WORDS in the environment it makes those rows only whose title has them; with SAMPLES=N each row goes on until
# it has so many.
#
# In the build tree. Runs targets/churn.py under each interpreter, sampled at 20 kHz by the engines remote and
# ride, with --blocking (blocking), as fast as can be (burst), and as without options (auto), and prints a Markdown
# table: of each kind of call the samples of all interpreters together. Of auto, what is truncated is told of what comes
# after the first two seconds. What is impossible, and where, is told on standard error.
. "${srcdir:-.}/tests/live/lib.sh"

need python3
seconds=${1:-2}
[ $# -eq 0 ] || shift
engines=${*:-remote ride burst blocking auto}
app=${builddir:-.}/tachyon-top
settled_app=${builddir:-.}/tests/bench/settled

# sample ENGINE ARGUMENT... - adds a line to $work/counts: kept, truncated, impossible, misplaced, failed; of auto also
# how many were kept after its first two seconds, and of these truncated.
sample() {
    case $1 in
    blocking) how="--blocking -r 20khz" ;;
    burst) how="--engine remote --budget 100 -r max" ;;
    auto) how="--engine auto" ;;
    *) how="--engine $1 --budget 100 -r 20khz" ;;
    esac
    engine=$1
    shift
    start_target "$command" churn "$@"
    # shellcheck disable=SC2086  # words
    "$app" attach $how -d "$seconds" --collapsed \
        -o "$work/stacks" --stats "$work/stats" --force "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    : >"$work/settled"
    [ "$engine" != auto ] || "$settled_app" "$pid" 1000 "$seconds" >"$work/settled" || fail "settled: status $?"
    stop_targets
    python3 -B "$top/tests/live/check_chains.py" --misplaced-at-most 100 "$work/stacks" \
        >"$work/checked" || true # it counts what is impossible
    sed -n "s/^impossible/Python $version, $title: &/p" "$work/checked" >&2
    echo "$(sed -n 's/^kept \([0-9]*\), .* truncated \([0-9]*\), impossible \([0-9]*\), .* misplaced \([0-9]*\),.*/\1 \2 \3 \4/p' "$work/checked")" \
        "$(sed -n 's/.*"failed": \([0-9]*\).*/\1/p' "$work/stats") $(cut -d ' ' -f 1,2 "$work/settled")" >>"$work/counts"
}

# wants_more - whether the row has fewer samples than were asked for; not where none are to be had.
wants_more() {
    awk -v wanted="${SAMPLES:-0}" '{ kept += $1 } END { exit !(0 < kept && kept < wanted) }' "$work/counts"
}

# sample_each ENGINE ARGUMENT... - under each interpreter.
sample_each() {
    while read -r version command <&3; do
        sample "$@"
    done 3<"$work/list"
}

# row TITLE ENGINE ARGUMENT... - of all interpreters.
row() {
    title=$1
    shift
    case $title in
    *"${ROWS:-}"*) ;;
    *) return 0 ;;
    esac
    : >"$work/counts"
    sample_each "$@"
    while wants_more; do
        sample_each "$@"
    done
    awk -v title="$title" -v engine="$1" '
        { kept += $1; impossible += $3; misplaced += $4; failed += $5 }
        { of += NF > 5 ? $6 : $1; truncated += NF > 5 ? $7 : $2 }
        END { printf "| %s | %s | %d | %d | %d | %.2f %% | %.2f %% |\n", title, engine, kept,
                     impossible, failed, 100 * truncated / of, 100 * misplaced / kept }' "$work/counts"
}

pythons >"$work/list"
[ -s "$work/list" ] || fail "there is no Python 3.8 to 3.15 here"
echo "$(wc -l <"$work/list") interpreters: $(cut -f 1 "$work/list" | paste -sd ' ')"
echo
echo "| calls | engine | samples | impossible | failed | truncated | a caller on a wrong line |"
echo "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
for engine in $engines; do
    row "plain and through C, generators, 6 deep, every 50 ns" "$engine" --spin 0
    row "the same, every 1 µs" "$engine" --spin 30
    row "the same, every 20 µs" "$engine" --spin 600
    row "plain, 100 deep, every 50 ns" "$engine" --spin 0 --chains d
    row "100 deep, every 1 µs" "$engine" --spin 30 --chains d
    row "100 deep, every 20 µs" "$engine" --spin 600 --chains d
    row "recursion, 100 deep" "$engine" --spin 0 --chains r
    row "coroutines" "$engine" --spin 0 --chains w
    row "generators called with keywords" "$engine" --spin 0 --chains h
    row "coroutines called with keywords" "$engine" --spin 0 --chains v
    row "generators and coroutines that take turns" "$engine" --spin 0 --chains gw
    row "the same, called with keywords" "$engine" --spin 0 --chains hv
    row "exceptions" "$engine" --spin 0 --chains e
    row "functions made for each call" "$engine" --spin 0 --chains mn
    row "with a trace function" "$engine" --spin 0 --trace --chains abcgwe
    row "with a profile function" "$engine" --spin 0 --profile --chains abcgwe
    row "across the end of a chunk of the data stack, 6 deep" "$engine" --spin 0 --padding --chains abc
    row "across the ends of chunks, 40 deep" "$engine" --spin 0 --padding --chains dp --depth 40
    row "across the ends of chunks, 100 deep" "$engine" --spin 0 --padding --chains dp
done
