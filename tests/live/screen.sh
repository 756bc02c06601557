# shellcheck shell=sh
# screen.sh - a real screen, of 200 by 50, for a program that looks at a real Python. Comes after
# lib.sh.
need tmux
socket=$work/tmux

t() {
    tmux -S "$socket" -f /dev/null "$@"
}

# open_screen COMMAND... - runs a program on a screen of its own; $on_screen is its process.
open_screen() {
    t new-session -d -s live -x 200 -y 50 env LC_ALL=C.UTF-8 TERM=screen-256color "$@"
    on_screen=$(t display-message -p -t live '#{pane_pid}')
    # tmux ends with the targets, however the test ends.
    targets="$targets $(t display-message -p '#{pid}')"
}

keys() {
    t send-keys -t live "$@"
}

look() {
    t capture-pane -p -t live 2>/dev/null
}

shows() {
    look | grep -qE "$1"
}

# see PATTERN - waits until the screen has it.
see() {
    wait_for 30 shows "$1" || {
        look >&2
        fail "the screen does not show $1"
    }
}

close_screen() {
    t kill-server
    wait_for 10 has_ended "$on_screen" || fail "the program does not end with its screen"
}

has_ended() {
    ! kill -0 "$1" 2>/dev/null
}
