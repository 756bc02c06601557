#!/bin/sh
# A terminal that takes nothing, and one that is told to take nothing by Ctrl-S.
. "${srcdir:-.}/tests/tui/lib.sh"

echo "Ctrl-S is a key that does nothing"
open_shell 80 24
remember_terminal
enter "$build/tests/tui/fake_app"
see '● LIVE'
keys C-s Tab
see 'TID'
keys q
see 'ready>'
see_terminal_restored

echo "a second signal ends what waits for its terminal"
find_python
"$python" -IS "$top/tests/tui/stalled.py" "$build/tests/tui/fake_app" 2000
exit 0
