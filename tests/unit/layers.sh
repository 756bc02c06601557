#!/bin/sh
# layers.sh - each folder includes only what is above it (doc/ARCHITECTURE.md), and the libraries that
# one file alone may use are included by no other.
set -eu

cd "${srcdir:-.}"
failed=0

complain() {
    echo "$*" >&2
    failed=1
}

# allow FOLDER ALLOWED... - the folders that files in FOLDER may include from, besides their own.
allow() {
    folder=$1
    shift
    [ -d "$folder" ] || complain "there is no $folder any more"
    allowed=$(echo "$folder $*" | sed 's|[^ ]*/||g; s/ /|/g')
    found=$(grep -nE '^#include "[a-z]+/' "$folder"/*.[ch] | grep -vE "#include \"($allowed)/" || true)
    [ -z "$found" ] || complain "$folder may not include this:
$found"
}

# only PATTERN FILE - no file but FILE includes what matches.
only() {
    found=$(grep -lE "^#include [<\"]$1" src/*.[ch] src/*/*.[ch] tui/*.[ch] | grep -vE "^$2\$" || true)
    [ -z "$found" ] || complain "only $2 may include $1, and so does: $found"
}

above=
for layer in base memory python native sample stream tally discover export doctor launch; do
    # shellcheck disable=SC2086  # a list of words
    allow src/$layer $above
    above="$above $layer"
done
allow tui base tally sample discover

only 'uthash' 'src/base/hash\.h'
only 'libunwind' 'src/native/unwind\.c'
only '(libelf|gelf)\.h' 'src/memory/elf\.c'
only 'elf\.h' 'src/memory/(elf|loaded|process)\.c'
only '(n?curses|ncursesw/|term\.h)' 'tui/(screen|terminfo)\.c'
only 'tui/' '(src/(main\.c|choose\.[ch])|tui/[a-z0-9_]+\.[ch])'

# Atomics that carry data are the ring's alone; a flag is let pass where it is named here.
found=$(grep -lE 'stdatomic\.h' src/*.[ch] src/*/*.[ch] tui/*.[ch] |
    grep -vE '^(src/stream/ring|src/sample/sampler|tui/signals)\.c$' || true)
[ -z "$found" ] || complain "atomics where none are expected: $found"

exit "$failed"
