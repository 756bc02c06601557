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
    "$tachyon_top" --snapshot "$work/table" --force --after 0.5 "$pid" 2>"$work/notes" || fail "$(cat "$work/notes")"
    grep -qE '^Warning: CPython 3\.255\.0 came after this tachyon-top' "$work/notes" ||
        fail "no warning of a snapshot in: $(cat "$work/notes")"
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

# copy_of COMMAND FOLDER - an interpreter with its library, if it has one, in a folder of its root: $copied starts
# it, and $folder is where that is for us.
copy_of() {
    python=${1##* }
    prefix=${1%"$python"}
    inside=$(root_of "$1")
    folder=$inside$2
    rm -rf "$folder"
    # shellcheck disable=SC2086  # a command and its arguments
    home=$($1 -c 'import sys; print(sys.base_prefix)')
    mkdir -p "$folder"
    echo "$folder" >>"$copies"
    cp -L "$inside$python" "$folder/python-copied"
    # shellcheck disable=SC2086
    library=$(${prefix}ldd "$python" | sed -n 's/.*=> \(.*libpython[^ ]*\) .*/\1/p')
    [ -z "$library" ] || cp -L "$inside$library" "$folder"
    copied="env PYTHONHOME=$home LD_LIBRARY_PATH=$2 $prefix$2/python-copied"
}

# replace FILE - puts another file in its place by a rename, as package managers do: another Python if there is one.
replace() {
    cp -L "$another" "$1.new"
    mv "$1.new" "$1"
}

# Another Python's file, to be taken for the right one by who goes by the path.
another=$(pythons | cut -f 2 | grep -v ' ' | sed 1q)
another=$(ldd "$another" | sed -n 's/.*=> \(.*libpython[^ ]*\) .*/\1/p')

# An executable and a library that were deleted, or replaced by an upgrade, under a running process.
replaced() {
    for how in rm replace; do
        copy_of "$2" "$work/copy"
        start_target "$copied" threads --hold
        await_witness_end threads
        for file in "$folder"/*; do
            "$how" "$file"
        done
        grep -q 'python.* (deleted)$' "/proc/$pid/maps" || fail "nothing was deleted: $how"
        "$tachyon_top" dump "$pid" >"$work/dump"
        python3 -B "$top/tests/live/check_dump.py" "$truth" "$work/dump" || fail "the dump after $how"
        stop_targets
    done
}

# The same of an ordinary user, for whom no way leads to a deleted library but through memory.
replaced_for_a_user() {
    case $2 in *\ *) return 77 ;; esac
    command -v setpriv >/dev/null || { not_tested "other users, as there is no setpriv"; return; }
    copy_of "$2" "$work/copy"
    standard=$("$2" -c 'import os; print(os.path.dirname(os.__file__))')
    mkdir -p "$work/home/lib/${standard##*/}" "$work/ready"
    cp -r "$standard/encodings" "$standard/codecs.py" "$standard/io.py" "$standard/abc.py" \
        "$work/home/lib/${standard##*/}"
    chmod 777 "$work/ready"
    cp "$tachyon_top" "$work/tachyon-top"
    cat >"$work/waits.py" <<'END'
import sys, time
def waits():
    open(sys.argv[1], "w").close()
    time.sleep(300)
waits()
END
    setpriv --reuid=65534 --regid=65534 --clear-groups env PYTHONHOME="$work/home" \
        LD_LIBRARY_PATH="$work/copy" "$work/copy/python-copied" -B -S "$work/waits.py" "$work/ready/user" &
    other=$!
    targets="$targets $other"
    wait_for 30 test -e "$work/ready/user" || fail "it is not ready in 30 s"
    rm "$work/ready/user"
    for file in "$folder"/*; do
        replace "$file"
    done
    setpriv --reuid=65534 --regid=65534 --clear-groups "$work/tachyon-top" dump "$other" >"$work/dump" ||
        fail "status $?"
    grep -q 'in waits$' "$work/dump" || fail "it is not in the dump: $(cat "$work/dump")"
}

# Without section headers and names of symbols: only what stands in memory is left to go by.
nameless() {
    copy_of "$2" "$work/copy"
    for file in "$folder"/*; do
        python3 - "$file" <<'END'
import sys
with open(sys.argv[1], "r+b") as file:
    image = bytearray(file.read())
    # Names of the same hash (h * 33 + c), by which the dynamic linker still finds them.
    for name, other in ((b"_PyRuntime", b"_PySTntime"), (b"Py_Version", b"Py_WDrsion"),
                        (b"Py_Main", b"Py_N@in")):
        image[:] = image.replace(b"\0" + name + b"\0", b"\0" + other + b"\0")
    image[0x28:0x30] = bytes(8)  # e_shoff
    image[0x3c:0x40] = bytes(4)  # e_shnum, e_shstrndx
    file.seek(0)
    file.write(image)
END
    done
    start_target "$copied" threads --hold
    await_witness_end threads
    "$tachyon_top" doctor "$pid" >"$work/report" || fail "doctor: $(cat "$work/report")"
    grep -qE '^✓  Python +CPython is in no file that tells it' "$work/report" || fail "$(cat "$work/report")"
    "$tachyon_top" dump "$pid" >"$work/dump"
    python3 -B "$top/tests/live/check_dump.py" "$truth" "$work/dump" || fail "the dump"
}

for_each_python unknown 3.15
for_each_python unlike 3.13 3.14
for_each_python replaced
for_each_python nameless
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$work"
    for_each_python replaced_for_a_user
else
    not_tested "other users, as this is not root"
fi
