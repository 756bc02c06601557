#!/bin/sh
# bias - a function that is called every microsecond has its share beside one that holds still: what is torn
# more often must not give way to what is not, so this is a case for riding. doc/ACCURACY.md has what each
# engine makes of it.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

measure() {
    before=$(rows_told)
    "$tachyon_top" attach -d 6 -o "$work/table.json" --stats "$work/stats" --force "$pid" \
        2>"$work/notes" || fail "status $?: $(cat "$work/notes")"
    [ "$(stat_of missed)" -lt 600 ] || return 3
    # Most of the time: rounds that ride are rarer, to keep within the budget.
    [ $((3 * $(stat_of ridden))) -gt "$(stat_of rounds)" ] || {
        echo "it does not ride: $(cat "$work/stats")"
        return 1
    }
    python3 -B "$top/tests/live/check_bias.py" "$truth" "$before" short "$work/table.json" 2
}

stat_of() {
    sed -n "s/.*\"$1\": \\([0-9]*\\).*/\\1/p" "$work/stats"
}

bias() {
    start_target "$2" short_calls
    wait_until_told
    undisturbed measure
}

[ "$(nproc)" -gt 1 ] || skip "with one CPU nothing is read from another"
for_each_python bias 3.11 3.13 3.15
