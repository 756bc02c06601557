# shellcheck shell=sh
# lib.sh - what the tests of the real screen share: a shell in a tmux of its own, and looking at it.
# A test begins with
#
#     . "${srcdir:-.}/tests/tui/lib.sh"
#
# and then has $build (the build tree), $tachyon (tachyon-top), the functions below, and all that
# tests/live/lib.sh has, with which targets are started. Nothing sleeps for a time: all waiting is
# for something, with a deadline.
. "${srcdir:-.}/tests/live/lib.sh"

build=$PWD
# shellcheck disable=SC2034 # used by the tests
tachyon=$build/tachyon-top
socket=$work/tmux
deadline_s=${TACHYON_TUI_DEADLINE_S:-20}

# clean_up is that of tests/live/lib.sh, and exits with the status that it finds.
trap 'status=$?; set +e; tmux -S "$socket" kill-server 2>/dev/null; (exit "$status"); clean_up' EXIT

fail() {
    echo "FAIL: $*" >&2
    [ ! -S "$socket" ] || { echo "the screen:"; look; } >&2
    exit 1
}

command -v tmux >/dev/null || skip "tmux is not installed"

# The server outlives the shells in it, so that the next one finds it and not its end.
echo 'set-option -s exit-empty off' >"$work/tmux.conf"

t() {
    tmux -S "$socket" -f "$work/tmux.conf" "$@"
}

# look - the screen as text.
look() {
    t capture-pane -p -t test
}

# open_shell COLUMNS ROWS [NAME=VALUE...] - a shell in a new terminal of that size; its prompt is
# "ready>".
open_shell() {
    columns=$1 rows=$2
    shift 2
    t kill-session -t test 2>/dev/null || true
    t new-session -d -s test -x "$columns" -y "$rows" \
        env -u NO_COLOR -u COLORFGBG -u TACHYON_TOP_THEME -u ENV LC_ALL=C.UTF-8 \
        TERM=screen-256color PS1='ready> ' HOME="$work" "$@" sh -i
    see 'ready>'
}

# keys KEY... - presses keys, as tmux names them.
keys() {
    t send-keys -t test "$@"
}

# enter COMMAND - types a command into the shell.
enter() {
    t send-keys -t test -l "$1"
    t send-keys -t test Enter
}

# resize COLUMNS ROWS - changes the terminal's size; tmux takes its time, so waits for it.
resize() {
    t resize-window -t test -x "$1" -y "$2"
    until_so has_size "$1" "$2" || fail "the terminal does not become $1x$2"
}

has_size() {
    [ "$(stty -F "$(t display-message -p -t test '#{pane_tty}')" size)" = "$2 $1" ]
}

# until_so COMMAND... - waits until a command succeeds; 1 when it does not before the deadline.
until_so() {
    end=$(($(date +%s) + deadline_s))
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.02
    done
}

# A screen that cannot be looked at shows nothing, and hides nothing either.
shows() {
    screen=$(look) && printf '%s\n' "$screen" | grep -qF -e "$1"
}

hides() {
    screen=$(look) && ! printf '%s\n' "$screen" | grep -qF -e "$1"
}

# see TEXT, see_no TEXT - waits until the screen has it, or not.
see() {
    until_so shows "$1" || fail "not seen: $1"
}

see_no() {
    until_so hides "$1" || fail "still seen: $1"
}

# see_row NUMBER PATTERN - waits until a row, counted from 1, matches a basic regular expression.
row_matches() {
    look | sed -n "$1p" | grep -q -e "$2"
}

see_row() {
    until_so row_matches "$1" "$2" || fail "row $1 does not match $2"
}

# program_pid - the process that runs in the foreground of the shell.
program_pid() {
    pgrep -P "$(t display-message -p -t test '#{pane_pid}')"
}

# remember_terminal, see_terminal_restored - compares the terminal's settings and modes.
remember_terminal() {
    enter "stty -g >$work/before; echo remem\"bered\""
    see remembered
    enter clear
}

terminal_modes() {
    t display-message -p -t test \
        '#{alternate_on} #{cursor_flag} #{keypad_cursor_flag} #{keypad_flag}'
}

modes_are_normal() {
    [ "$(terminal_modes)" = "0 1 0 0" ]
}

see_terminal_restored() {
    until_so modes_are_normal || fail "the terminal's modes are $(terminal_modes)"
    enter "stty -g | cmp - $work/before && echo settings are\" the same\""
    see 'settings are the same'
    enter clear
    see_no 'settings are the same'
}

# --- on a Python --------------------------------------------------------------------------------

# find_python - sets $python to an interpreter of this system's own root; skips where there is none.
find_python() {
    python=$(pythons | cut -f 2 | grep -v chroot | head -n 1)
    [ -n "$python" ] || skip "there is no Python 3.8 to 3.15 here"
}

# open_program COLUMNS ROWS [OPTION...] - opens tachyon-top on $pid in a new terminal, and waits for
# its first rows.
open_program() {
    open_shell "$1" "$2"
    shift 2
    enter "$tachyon $* $pid; echo sta\"tus\" \$?"
    see '● LIVE'
    see_row 5 '[0-9]'
}

# end_program KEY - ends it by a key; the terminal is as before.
end_program() {
    keys "$1"
    see 'status 0'
}
