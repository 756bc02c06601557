#!/bin/sh
# The terminal: taken, followed through sizes and stops, and always put back as it was. What is
# shown on it is a target that does not exist.
. "${srcdir:-.}/tests/tui/lib.sh"

app=$build/tests/tui/fake_app

start() {
    enter "$app; echo sta\"tus\" [\$?]"
    see '● LIVE'
}

open_shell 80 24
remember_terminal

echo "keys, at once, and in sequences"
start
see_row 4 '▼SELF%'
keys Down
see_row 5 '▶'
keys Down Down Up
see_row 6 '▶'
keys Tab
see 'TID'
keys BTab
see 'FUNCTION'
keys F1
see 'Esc Close'
keys Escape
see_no 'Esc Close'
keys / d e c o
see 'Filter: deco'
see_no 'Model.save'
keys BSpace BSpace BSpace BSpace 計
see 'Filter: 計'
see '計算する'
keys Escape
see 'Model.save'
keys PageDown PageDown Home End
see 'of 60'

echo "sequences that are not of this terminal's type are keys as wholes, or nothing"
# sequence BYTES - sends what follows an Esc, both at once.
sequence() {
    keys -l "$(printf '\033%s' "$1")"
}
keys Home
see '1–19 of 60'
for end in '[8~' '[F' OF; do
    sequence "$end"
    see '42–60 of 60'
    sequence '[7~'
    see '1–19 of 60'
done
sequence '[11~'
see 'Esc Close'
keys Escape
see_no 'Esc Close'
keys / d e c o C-Left
for unknown in Ou '[I' '[O' '[<0;20;10M' '[M!!!' '[24;80R' '[3;5~'; do
    sequence "$unknown"
done
keys x
see 'Filter: deco5x'
keys Escape
sequence Oq # 1 on the keypad of a VT100
keys s
see 'sort TOTAL%'
keys S
see 'sort SELF%'

echo "what is pasted is no keys, and text where text is typed"
paste() {
    t set-buffer "$1"
    t paste-buffer -p -t test
}
lines='s
q
'
paste "$lines"
paste "$(printf '\033[B\033r/')"
keys / d
paste 'ec
o'
see 'Filter: deco'
keys Escape
see 'Model.save'
see_row 3 'sort SELF%'
keys w
see 'Save as: '
keys C-u
paste "$work/a name"
see "Save as: $work/a name"
keys Escape

echo "sizes"
resize 200 66
see '60 rows'
see 'HOT LINE'
resize 60 12
see_no 'TREND'
see 'FUNCTION'
resize 59 12
see 'terminal too small (need 60×12)'
resize 40 5
see 'terminal too small (need 60×12)'
resize 80 24
see '● LIVE'
keys p
see 'FROZEN'
resize 100 20
see 'FROZEN'
see 'FILE:LINE'
resize 80 24

echo "stopped and continued"
keys C-z
see 'ready>'
see_terminal_restored
enter fg
see 'FROZEN'
keys p
see '● LIVE'
kill -STOP "$(program_pid)"
see 'ready>'
# The terminal is as the program left it: no echo, and no CR. What is written has to fit a line.
keys -l "clear; printf 'some %s' rubbish"
keys C-j
see 'some rubbish'
keys -l fg
keys C-j
see '● LIVE'
see_no 'some rubbish'
keys Tab
see 'TID'
program=$(program_pid)
keys q
until_so is_over "$program" || fail "q does not end it"
see_terminal_restored

echo "pastes are marked as such for no one else"
see_plain_pastes() {
    enter "cat -v"
    paste 'as it is'
    see 'as it is'
    hides '200~' || fail "the mode is left on"
    keys C-d C-d
    enter clear
}
start
keys C-z
see 'ready>'
see_plain_pastes
enter fg
see '● LIVE'
keys /
paste "$lines"
see 'Filter: sq'
keys C-c
see 'ready>'
see_plain_pastes
start
kill -s SEGV "$(program_pid)"
see 'status ['
see_plain_pastes

echo "ended while stopped"
enter "$app"
see '● LIVE'
program=$(program_pid)
keys C-z
see 'ready>'
kill -TERM "$program"
kill -CONT "$program"
until_so is_over "$program" || fail "it does not end in the background"
enter ''
see_terminal_restored

echo "the ways to end it"
start
keys q
see 'status [0]'
see_terminal_restored
start
keys C-c
see 'status [0]'
see_terminal_restored
for signal in INT TERM HUP; do
    start
    kill -s "$signal" "$(program_pid)"
    see 'status [0]'
    see_terminal_restored
done
start
keys 'C-\'
see 'status [131]'
see_terminal_restored
for signal in SEGV BUS FPE ILL ABRT QUIT; do
    start
    kill -s "$signal" "$(program_pid)"
    see 'status '
    hides 'status [0]' || fail "SIG$signal did not end it as a crash does"
    see_terminal_restored
done

echo "no terminal, or not one to use"
refused() {
    enter "$1; echo sta\"tus\" [\$?]"
    see "$2"
    see 'status [1]'
    modes_are_normal || fail "the terminal was touched"
    enter clear
    see_no 'status [1]'
}
resize 59 30
refused "$app" 'the terminal is too small: 59x30'
resize 80 11
refused "$app" 'the terminal is too small: 80x11'
resize 80 24
refused "TERM=never-heard-of $app" 'the terminal type never-heard-of is not known'
refused "TERM=dumb $app" 'cannot place its cursor'
refused "TERM= $app" 'TERM is not set'
refused "$app >$work/not-a-terminal" 'standard output is not a terminal'
refused "setsid -w $app </dev/null" 'no terminal to read keys from'

echo "keys from the terminal when standard input is something else"
enter "echo qqqq | $app; echo sta\"tus\" [\$?]"
see '● LIVE'
keys Tab
see 'TID'
keys q
see 'status [0]'
see_terminal_restored

echo "no colours, few colours, no UTF-8"
# coloured FORM - whether the screen has a sequence that sets colours; fails where it cannot be seen.
coloured() {
    t capture-pane -e -p -t test >"$work/coloured" || fail "the screen cannot be seen"
    grep -q "$(printf '\033')\\[[0-9;]*[34]$1" "$work/coloured"
}
colours() {
    coloured '8;5;'
}
start
until_so colours || fail "no colours on a terminal that has 256"
keys q
see 'status [0]'
enter clear
open_shell 80 24 NO_COLOR=1
start
! coloured '[0-8]' || fail "colours in spite of NO_COLOR"
open_shell 80 24 TERM=vt100
start
keys Down
see_row 5 '▶'
open_shell 80 24 LC_ALL=C
enter "$app"
see '* LIVE'
see_row 4 'vSELF%'
look | LC_ALL=C grep -q '[^ -~]' && fail "more than ASCII without UTF-8"

echo "the colour of the background is asked for, and the answer is no key"
title_has_colour() {
    t capture-pane -e -p -t test | sed -n 1p | grep -q "38;5;$1mtachyon"
}
for ground in '#ffffff 25' '#101010 117'; do
    open_shell 80 24
    t set-option -w -t test window-style "bg=${ground% *}"
    start
    until_so title_has_colour "${ground#* }" || fail "background ${ground% *} was not seen"
    keys q
    see 'status [0]'
    see_row 1 "^ready> .*fake_app"
done
open_shell 80 24 TACHYON_TOP_THEME=none
start
colours && fail "colours in spite of the theme"

echo "the end of the target"
open_shell 80 24
enter "$app 60 14 4"
see '■ ENDED'
keys Tab
see 'TID'
keys q
see 'ready>'
exit 0
