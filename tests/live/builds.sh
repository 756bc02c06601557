#!/bin/sh
# builds - CPythons that are built, or come, otherwise than most.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# A version to come whose structures are like those of the newest one that is known is read, with a warning.
unknown() {
    start_target "$2" threads --claim 0x03ff00f0 --hold
    "$tachyon_top" attach -d 1 -o "$work/table" "$pid" 2>"$work/notes" || fail "$(cat "$work/notes")"
    grep -qE '^Warning: CPython 3\.255\.0 came after this tachyon-top, and is read as 3\.15' "$work/notes" ||
        fail "no warning in: $(cat "$work/notes")"
    "$tachyon_top" dump "$pid" >"$work/dump"
    grep -qE '^CPython 3\.255\.0 read as 3\.15, by what it tells of itself$' "$work/dump" ||
        fail "the dump does not say it: $(head -n 2 "$work/dump")"
    python3 -B "$top/tests/live/check_dump.py" --but-version "$truth" "$work/dump" || fail "the dump"
    "$tachyon_top" doctor "$pid" >"$work/report" || fail "doctor: $(cat "$work/report")"
    grep -qE '^·  version +3\.255\.0 came after' "$work/report" || fail "$(cat "$work/report")"
}

# One whose structures are others is told to be too new, and nothing is shown of it.
unlike() {
    start_target "$2" threads --claim 0x03ff00f0 --hold
    status=0
    "$tachyon_top" dump "$pid" >"$work/dump" 2>"$work/notes" || status=$?
    [ "$status" -eq 1 ] && [ ! -s "$work/dump" ] || fail "status $status: $(cat "$work/dump")"
    grep -qE '^tachyon-top: this is CPython 3\.255, .*too new.* cannot be read as 3\.15 does' "$work/notes" ||
        fail "$(cat "$work/notes")"
}

for_each_python unknown 3.15
for_each_python unlike 3.13 3.14
