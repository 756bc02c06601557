#!/bin/sh
# natives - with --native-markers a stack tells where C code was called and called Python again, and
# nowhere else; without it, none does. Before 3.11 that is not told.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# stacks OPTION... - the functions of all stacks but those read while they changed, leaf last.
stacks() {
    rm -f "$work/stacks"
    "$tachyon_top" attach -d 1 --collapsed -o "$work/stacks" "$@" "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    sed -e 's/ [0-9]*$//' -e 's/^tid:[0-9]*;//' -e 's/[^;]*\.py:\([^:]*\):[0-9]*/\1/g' "$work/stacks" |
        grep -v '‹moving›' | sort -u
}

spins() {
    "$tachyon_top" dump "$pid" 2>/dev/null | grep -q ', in spin$'
}

natives() {
    start_target "$2" natives
    wait_for 30 spins || fail "it does not come to spin"
    # re.sub() is a Python function, which calls C.
    with='<module>;main;replaces;sub;‹native›;replaced;‹native›;reduced;‹native›;mapped;‹native›;by_key;plain;spin'
    without=$(echo "$with" | sed 's/‹native›;//g')
    told=$(stacks --native-markers)
    case $1 in 3.8.* | 3.9.* | 3.10.*) with=$without ;; esac
    [ "$told" = "$with" ] || fail "told as $told"
    told=$(stacks)
    [ "$told" = "$without" ] || fail "without the option told as $told"
}

for_each_python natives
