#!/bin/sh
# readme.sh - the screen in README.md is the one that tests/unit/app_test draws.
set -eu

cd "${srcdir:-.}"
sed -n '/^```$/,/^```$/p' README.md | sed -e 1d -e '/^```$/,$d' |
    diff -u tests/tui/golden/functions-100x24.txt - ||
    { echo "the screen in README.md is not tests/tui/golden/functions-100x24.txt" >&2; exit 1; }
