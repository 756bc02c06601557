#!/bin/sh
# What the live view leaves: files with all rows, its last picture when the target ends, and the
# terminal as it was. On the real screen of a real Python.
. "${srcdir:-.}/tests/tui/lib.sh"

find_python
start_target "$python" threads
files=$work/files
mkdir "$files"

# save_as PATH - saves the view under another name than the one proposed.
save_as() {
    keys w
    see "Save as: tachyon-top-$pid-"
    keys C-u
    see_no "Save as: tachyon-top"
    keys -l "$1"
    keys Enter
}

# rows_of FILE - the names in it, a line for each row.
rows_of() {
    "$python" -IS "$top/tests/tui/rows.py" "$1"
}

echo "all rows are saved, in each form"
open_program 60 12
keys Tab
see '7 rows' # threads that sleep are told of a moment later
keys BTab
see ' 1–7 of '
keys p
see 'FROZEN'
count=$(look | sed -n 's/.* 1–7 of \([0-9]*\)$/\1/p')
for ending in txt csv json; do
    save_as "$files/functions.$ending"
    see "Saved $count rows to"
    rows_of "$files/functions.$ending" >"$work/rows.$ending"
    [ "$(wc -l <"$work/rows.$ending")" -eq "$count" ] || fail "not $count rows in $ending"
    cmp "$work/rows.txt" "$work/rows.$ending" || fail "other rows in $ending"
done
keys Escape
keys Tab
see 'TID'
keys /
keys -l -- '-1'
keys Enter
see '5 rows'
save_as "$files/threads.csv"
see 'Saved 5 rows to'
rows_of "$files/threads.csv" | sort >"$work/names"
printf '%s\n' hash-1 lock-1 read-1 sleep-1 spin-1 | cmp - "$work/names" || fail "other threads"
grep -q '^#.*filter.*-1' "$files/threads.csv" || fail "the file does not tell the filter"

echo "a file that is there is not replaced unasked"
cp "$files/threads.csv" "$work/kept"
keys c Tab
see 'SELF%'
save_as "$files/threads.csv"
see 'The file exists. Replace it?'
keys n
see "Save as: $files/threads.csv"
keys Escape
see_no 'Save as'
cmp -s "$files/threads.csv" "$work/kept" || fail "it was replaced unasked"
save_as "$files/threads.csv"
see 'The file exists. Replace it?'
keys y
see "Saved $count rows"
rows_of "$files/threads.csv" | cmp - "$work/rows.txt" || fail "it was not replaced"
save_as "$files/no such folder/file.txt"
see 'No such file or directory'
save_as "$files"
see 'it is a directory'
printf '%s\n' functions.csv functions.json functions.txt threads.csv >"$work/expected"
find "$files" -type f -printf '%f\n' | sort | cmp - "$work/expected" ||
    fail "unfinished files are left: $(ls "$files")"
end_program q

echo "without a screen"
"$tachyon" --snapshot "$files/shot.json" --after 2 "$pid" </dev/null
rows_of "$files/shot.json" | grep -qx 'spin' || fail "the snapshot has no spin"
"$tachyon" --snapshot "$files/shot.csv" --view threads --filter lock-1 --after 2 "$pid" </dev/null
[ "$(rows_of "$files/shot.csv")" = lock-1 ] || fail "the snapshot is not of lock-1"

echo "signals put the terminal back, and leave the target alone"
open_shell 80 24
remember_terminal
for signal in INT TERM HUP; do
    enter "$tachyon $pid; echo sta\"tus\" \$?"
    see_row 5 '[0-9]'
    kill -s "$signal" "$(program_pid)"
    see 'status 0'
    see_terminal_restored
done
enter "$tachyon $pid; echo sta\"tus\" \$?"
see_row 5 '[0-9]'
keys C-c
see 'status 0'
see_terminal_restored
kill -0 "$pid" || fail "the target is gone"

echo "the target's end"
enter "$tachyon $pid; echo sta\"tus\" \$?"
see_row 5 '[0-9]'
kill -s KILL "$pid"
see '■ ENDED'
see 'The last picture stays: '
shows ' spin ' || fail "the last picture has gone"
keys s
see 'sort TOTAL%'
keys Down
see_row 5 '▶'
keys / s p i n Enter
see 'filter spin'
see '1 row'
save_as "$files/last.json"
see 'Saved 1 row'
[ "$(rows_of "$files/last.json")" = spin ] || fail "the last picture is not saved"
keys c Tab
see 'ended'
resize 120 30
see 'FILE:LINE'
see '■ ENDED'
keys r
see 'nothing left to see'
keys q
see 'status 0'
see_terminal_restored
exit 0
