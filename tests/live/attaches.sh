#!/bin/sh
# attaches - 200 attaches in a row to processes that start, run, fork, exec, end, are killed, are stopped: no crash, no
# hang, no other process's frames, no file or memory left behind.
. "${srcdir:-.}/tests/live/lib.sh"

probe=${builddir:-.}/tests/live/attaches_probe

attaches() {
    case $2 in
    *sudo*) return 77 ;; # the processes would be sudo's
    esac
    root=$(root_of "$2")
    if [ -n "$root" ]; then
        echo "$root$work" >>"$copies"
        mkdir -p "$root$work"
    fi
    cp "$top/tests/live/targets/lives.py" "$root$work/lives.py"
    # shellcheck disable=SC2086  # a command and its arguments
    timeout 300 "$probe" 200 "$work/lives.py" $2
}

for_each_python attaches 3.11 3.14
