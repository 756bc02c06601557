#!/bin/sh
# Every key of the help screen, on the real screen of a real Python. A key counts as tried only when
# its effect was not there before, and is seen after; at the end, the keys of the man page that were
# not tried fail the test, and so do those that the help screen does not have.
. "${srcdir:-.}/tests/tui/lib.sh"

find_python
start_target "$python" threads

# tmux_key NAME - how tmux calls a key of the man page.
tmux_key() {
    case $1 in
    Esc) echo Escape ;;
    PgUp) echo PPage ;;
    PgDn) echo NPage ;;
    Shift-Tab) echo BTab ;;
    Ctrl-?) echo "C-$(echo "${1#Ctrl-}" | tr '[:upper:]' '[:lower:]')" ;;
    *) echo "$1" ;;
    esac
}

# press KEY CONDITION... - presses a key, and waits for what it does.
press() {
    key=$1
    shift
    ! "$@" || fail "key $key: $* already before it"
    keys "$(tmux_key "$key")"
    until_so "$@" || fail "key $key: not $*"
    echo "$key" >>"$work/pressed"
}

# selects ROW - the row of the screen that is marked; the table begins in row 5.
selects() {
    row_matches "$1" '^▶'
}

# sorts TITLE - that is the column whose order the rows have.
sorts() {
    [ "$(look | "$python" -IS "$top/tests/tui/order.py" 2>"$work/order")" = "$1" ]
}

rising() {
    row_matches 3 '▲ *$'
}

falling() {
    row_matches 3 '▼ *$'
}

echo "the view and what counts"
open_program 120 24
press Tab shows 'TID'
press Shift-Tab shows 'SELF%'
press m shows 'mode cpu'
press m shows 'mode gil'
press m shows 'mode exception'
press m shows 'mode wall'
press b shows 'since start'
# counted - for how many seconds it has counted, as the header says.
counted() {
    look | sed -n '3s/.*since start \([0-9]*\) s.*/\1/p'
}
has_counted() {
    [ "$(counted)" -ge 3 ]
}
until_so has_counted || fail "the time since the start does not grow"
before_s=$(date +%s) counted_s=$(counted)
press r shows 'Counting starts anew'
after_s=$(counted)
[ "$after_s" -lt $((counted_s + $(date +%s) - before_s - 1)) ] ||
    fail "$counted_s s were counted, and $after_s s after the reset"
press b shows 'window 10 s'
press x hides 'TREND'
press x shows 'TREND'
press + shows 'refreshed 10 times'
press - shows 'refreshed 4 times'
press = shows 'refreshed 10 times'
keys -
see 'refreshed 4 times'

echo "one thread"
press t shows '   thread '
press t hides '   thread '
keys Tab
see 'spin-1'
keys p # or rows change places while they are counted
see 'FROZEN'
for _ in 1 2 3 4; do
    keys Down
done
see_row 8 '^▶'
name=$(look | sed -n 's/^▶ *[0-9]* *\([^ ]*\).*/\1/p')
press Enter shows "thread $name"
see 'FUNCTION'
keys p
see '● LIVE'
press Right hides "thread $name "
press Left shows "thread $name "
press t hides '   thread '

echo "frozen: rows"
press p shows 'FROZEN'
press Space shows '● LIVE'
press Space shows 'FROZEN'
resize 60 12
see '1–7 of'
count=$(look | sed -n 's/.* 1–7 of \([0-9]*\)$/\1/p')
press Down selects 5
press j selects 6
press k selects 5
keys Down
see_row 6 '^▶'
press Up selects 5
press PgDn shows "2–8 of $count"
press PgUp shows "1–7 of $count"
press End shows "–$count of"
press Home shows "1–7 of $count"
press G shows "–$count of"
press g shows "1–7 of $count"
press Esc hides '▶'

echo "frozen: order"
resize 300 100
see "$count rows"
for title in 'TOTAL%' SELF TOTAL TREND FUNCTION FILE:LINE 'HOT LINE'; do
    press s sorts "$title"
    press R "$(rising && echo falling || echo rising)"
    until_so sorts "$title" || fail "$(cat "$work/order")"
    press I "$(rising && echo falling || echo rising)"
done
press s sorts 'SELF%'
press S sorts 'HOT LINE'
keys Tab
see 'IDENT'
for title in 'GIL%' 'GC%' 'EXC%' 'WAIT%' 'IDLE%' SAMPLES FUNCTION FILE:LINE IDENT TID NAME STATE 'CPU%'; do
    press s sorts "$title"
    press R "$(rising && echo falling || echo rising)"
    until_so sorts "$title" || fail "$(cat "$work/order")"
done
keys Tab
see 'SELF%'

echo "frozen: filter, drawing anew"
press / shows 'Filter:'
keys s p i n
see_no 'Thread.run'
shows ' spin ' || fail "the filter hides what it should show"
keys Enter
see '1 row'
see 'filter spin'
press c shows "$count rows"
printf '\033[50;1Hrubbish' >"$(t display-message -p -t test '#{pane_tty}')"
see 'rubbish'
press Ctrl-L hides 'rubbish'

echo "help, save, quit"
for key in h '?' F1; do
    press "$key" shows 'Esc Close'
    keys Escape
    see_no 'Esc Close'
done
press w shows 'Save as:'
keys Escape
see_no 'Save as:'
press q shows 'status 0'
open_program 300 100
press Ctrl-C shows 'status 0'

echo "several processes"
start_target "$python" workers --workers 2
open_program 160 24
press f shows '3 processes'
press P shows '(1 of 3)'
keys q
see 'status 0'

echo "no key was left out"
sed -n '/BEGIN keys/,/END keys/s/^\.BR //p' "$top/doc/tachyon-top.1" |
    sed 's/ ", " /\n/g; s/\\//g' | sort >"$work/keys"
[ -s "$work/keys" ] || fail "no keys in the man page"
sort -u "$work/pressed" >"$work/tried"
missing=$(comm -23 "$work/keys" "$work/tried")
[ -z "$missing" ] || fail "not tried: $missing"
open_program 300 100
keys h
see 'Esc Close'
# On the help screen, the arrows are signs.
look | sed -n '5,/Esc Close/s/^  \(.\{14\}\).*/\1/p' |
    sed 's/↑/Up/; s/↓/Down/; s/←/Left/; s/→/Right/' | tr -s ' ' '\n' | sort -u >"$work/help"
missing=$(comm -23 "$work/keys" "$work/help")
[ -z "$missing" ] || fail "not on the help screen: $missing"
keys q
end_program q
