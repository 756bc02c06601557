#!/bin/sh
# matrix - in each version and situation the stacks that are shown are those that the target tells of itself:
# functions, files and lines alike.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

CASES="main threads generators recursion callbacks exception subinterpreters asyncio"

cases() {
    row=
    for case in $CASES; do
        set +e
        (
            set -e
            trap 'status=$?; trap - EXIT; stop_targets; exit "$status"' EXIT
            check_held "$2" matrix "$case"
        )
        case $? in
        0) row="$row ok" ;;
        *) row="$row WRONG" ;;
        esac
        set -e
    done
    echo "$1 $row" >>"$work/rows"
    case $row in *WRONG*) return 1 ;; esac
}

status=0
echo "version $CASES" >"$work/rows"
for_each_python cases || status=1
awk '{ for (i = 1; i <= NF; i++) printf "%-16s", $i; print "" }' "$work/rows"
exit "$status"
