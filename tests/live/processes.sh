#!/bin/sh
# processes - several processes in one view: found by what they are, merged, told apart, and followed as they come and
# go.
. "${srcdir:-.}/tests/live/lib.sh"
. "$top/tests/live/cpu.sh"

app=${builddir:-.}/tachyon-top
rows=$work/rows.json
stats=$work/stats
notes=$work/notes

# json EXPRESSION FILE - what a Python expression makes of `view`, the content of a file.
json() {
    "$judge" -c 'import json, sys
view = json.load(open(sys.argv[2]))
rows = view.get("rows")
print(eval(sys.argv[1]))' "$1" "$2"
}

# A Python of this machine's own judges what was written.
judge=$(command -v python3) || skip "there is no python3"

# is EXPECTED EXPRESSION [FILE] - of the rows, or of another file.
is() {
    found=$(json "$2" "${3:-$rows}")
    [ "$found" = "$1" ] || fail "$2 is $found, and not $1: $(cat "${3:-$rows}")"
}

# attach OPTION... - samples what the options say, and leaves the table in $rows.
attach() {
    "$app" attach -o "$rows" --force --stats "$stats" "$@" 2>"$notes" || fail "attach $*: $(cat "$notes")"
}

# A name that no other program on this machine has in its command line.
unique=${work##*.}

one_table() {
    start_target "$2" workers --workers 3
    # By name: the folder of the test is in the command line.
    attach --name "$unique" -d 1
    is 4 'view["processes"]'
    is 4 'view["processes"]' "$stats"
    is '[3]' '[row["processes"] for row in rows if row["function"] == "work"]'
    is '[3]' '[row["processes"] for row in rows if row["function"] == "start_worker"]'
    is '[4]' '[row["processes"] for row in rows if row["function"] == "rest"]'
    is '[]' '[row for row in rows if rows.count(row) > 1]'

    # By id, each by itself; ids that are none are told, and no failure.
    attach -p "$pid,4194303" -d 0.3
    is 1 'view["processes"]' "$stats"
    grep -q '^Not attached to: .*4194303' "$notes" || fail "not told: $(cat "$notes")"
    "$app" -p "$pid,4194303" --snapshot "$rows" --force --after 0.3 2>"$notes" || fail "snapshot: $(cat "$notes")"
    grep -q '^Not attached to: .*4194303' "$notes" || fail "of a snapshot not told: $(cat "$notes")"
    "$app" -p "$pid" --snapshot "$rows" --force --after 0.3 2>"$notes" || fail "snapshot: $(cat "$notes")"
    [ ! -s "$notes" ] || fail "told without a reason: $(cat "$notes")"
    attach --name "/$unique.*--workers 3/" --user "$(id -u)" --view processes -d 1
    is 4 'len(rows)'
    is True 'all(row["samples"] > 0 for row in rows)'
    is 3 'len([row for row in rows if row["function"] in ("work", "rest")]) - 1'

    # Stacks have their process at the root. Of one that moved nothing else may be known.
    "$app" attach --name "$unique" -d 0.5 --collapsed -o "$work/stacks" --force 2>"$notes"
    ! grep -qv '^pid:[0-9]*;tid:[0-9]*;\(workers\.py:\|‹moving› \)' "$work/stacks" || fail "$(cat "$work/stacks")"
    [ "$(cut -d ';' -f 1 "$work/stacks" | sort -u | wc -l)" -eq 4 ] || fail "$(cat "$work/stacks")"
    [ "$("$app" dump --name "$unique" | grep -c '^Process ')" -eq 4 ] || fail "dump has not four"
    stop_targets
}

# started N - the profiler has seen so many processes up to now, and so has who watches it.
workers_are() {
    [ "$(pgrep -cP "$pid")" -eq "$1" ]
}

is_sampling() {
    grep -qsx sampler /proc/"$profiler"/task/*/comm || is_over "$profiler"
}

# watch OPTION... - starts sampling, until finish.
watch() {
    "$app" attach -o "$rows" --force --stats "$stats" "$@" 2>"$notes" &
    profiler=$!
    targets="$targets $profiler"
    wait_for 30 is_sampling || fail "does not sample: $(cat "$notes")"
}

finish() {
    kill -INT "$profiler"
    wait "$profiler" || fail "attach ended with $?: $(cat "$notes")"
}

# looks - how often the profiler's second thread has looked at all processes, about: it sleeps in between, and looks fifteen
# times as often at those that are new.
looks() {
    for task in /proc/"$profiler"/task/*; do
        ! grep -qx watch "$task/comm" || awk '/^voluntary_ctxt_switches:/ { print int($2 / 15) }' "$task/status"
    done
}

# has_looked N
has_looked() {
    [ "$(looks)" -ge "$1" ]
}

let_it_look() {
    wait_for 30 has_looked $(($(looks) + 3)) || fail "it does not look for others"
}

# The sampler has used some more of the CPU.
let_it_sample() {
    enough_ns=$(($(cpu_ns "$profiler") + 40000000))
    has_sampled() { [ "$(cpu_ns "$profiler")" -ge "$enough_ns" ]; }
    wait_for 30 has_sampled || fail "it does not sample"
}

they_come_and_go() {
    start_target "$2" workers --workers 2 --shell
    watch --subprocesses --view processes "$pid"
    is_there() { [ "$(pgrep -fc "$unique.*--below")" -ge 2 ]; } # the shell and its child
    wait_for 30 is_there || fail "the shell has no child"
    targets="$targets $(pgrep -fd ' ' "$unique.*--below")"
    let_it_look
    kill -USR1 "$pid"
    wait_for 30 workers_are 4 || fail "no worker came"
    let_it_look
    first=$(pgrep -P "$pid" | head -n 1)
    kill -KILL "$first"
    wait_for 30 is_over "$first" || fail "it does not end"
    let_it_look
    finish
    # The parent, three workers, what the shell started, and the one that took the place of the first.
    is 6 'len(rows)'
    is "[$first]" '[row["pid"] for row in rows if row["state"] == "ended"]'
    is True 'all(row["samples"] > 0 for row in rows)'
    ! grep -q 'Not attached' "$notes" || fail "$(cat "$notes")"
    stop_targets
}

# It goes on when the first one ends, as its workers do, and ends when all have.
it_ends_with_the_last() {
    start_target "$2" workers --workers 2
    watch --subprocesses "$pid"
    let_it_look
    for worker in $(pgrep -P "$pid"); do
        kill -STOP "$worker"
    done
    workers=$(pgrep -P "$pid")
    kill -KILL "$pid"
    wait_for 30 is_over "$pid" || fail "it does not end"
    let_it_look
    ! is_over "$profiler" || fail "it ended with the first: $(cat "$notes")"
    # shellcheck disable=SC2086  # a list
    kill -CONT $workers
    wait_for 30 is_over "$profiler" || fail "it does not end"
    wait "$profiler" || fail "status $?: $(cat "$notes")"
    is 3 'view["processes"]' "$stats"
    stop_targets
}

# Whether the profiler's sampler is held on a CPU, or away from one, as when it rides: its other threads are not.
is_held() {
    sampler=$(grep -lsx sampler /proc/"$profiler"/task/*/comm) || return 1
    [ "$(grep Cpus_allowed: "${sampler%/comm}/status")" != "$(grep Cpus_allowed: "/proc/$profiler/status")" ]
}

is_not_held() {
    ! is_held
}

# One that churns is ridden along with while it is the only one: until another one comes, and when that has gone.
one_is_ridden_with() {
    start_target "$2" churn --spin 0
    watch --name "$unique"
    wait_for 60 is_held || fail "the only one is not ridden along with: $(cat "$notes")"
    start_target "$2" churn --spin 0
    wait_for 30 is_looked_at "$pid" || fail "the other one is not found: $(cat "$notes")"
    wait_for 30 is_not_held || fail "it rides with two"
    for _ in 1 2 3 4 5; do
        let_it_sample
        is_not_held || fail "it rides with one of two"
    done
    kill -KILL "$pid"
    wait_for 60 is_held || fail "the one that is left is not ridden along with: $(cat "$notes")"
    finish
    is auto 'view["engine"]' "$stats"
    is True 'view["ridden"] > 0' "$stats"
    start_target "$2" churn --spin 0
    attach --name "$unique" -d 1
    is 0 'view["ridden"]' "$stats"
    stop_targets
}

# While others may come, the threads of the only one that ended have ended, as of any other.
another_comes() {
    start_target "$2" workers --workers 0
    before=$pid
    watch --name "$unique" --view threads
    let_it_sample
    kill -KILL "$before"
    wait_for 30 is_given_up || fail "its end is not seen: $(cat "$notes")"
    start_target "$2" workers --workers 0
    wait_for 30 is_looked_at "$pid" || fail "the other one is not found: $(cat "$notes")"
    let_it_sample
    finish
    is "['ended']" '[row["state"] for row in rows if row["pid"] == '"$before"']'
    is '[True]' '[row["state"] != "ended" for row in rows if row["pid"] == '"$pid"']'
    stop_targets
}

# One of two is followed through an exec into another Python; the other one is not touched by that.
one_becomes_another() {
    start_target "$2" ends
    python=$(sed -n 's/.*"python_command": "\([^"]*\)".*/\1/p' "$truth")
    other=$pid
    start_target "$2" ends --exec "$python" "$work/shares.py" "$work/after.truth"
    watch -p "$other,$pid"
    let_it_sample
    kill -USR1 "$pid"
    wait_for 30 test -s "$work/after.truth" || fail "it does not become another program"
    let_it_sample
    finish
    is 2 'view["processes"]' "$stats"
    is 1 'view["execs"]' "$stats"
    is True 'len(rows) > 0 and view["dropped"] == 0'
    is '[2]' '[row["processes"] for row in rows if row["function"] == "first"]'
    is True 'any(row["file"].endswith("shares.py") for row in rows)'
    is '[1]' 'sorted({row["processes"] for row in rows if row["file"].endswith("shares.py")})'
    stop_targets
}

# One that is no Python for so long that it is given up is found again when it is one: here a shell that waits, and execs.
one_comes_back() {
    start_target "$2" ends
    python=$(sed -n 's/.*"python_command": "\([^"]*\)".*/\1/p' "$truth")
    stop_targets
    # shellcheck disable=SC2016  # for that shell
    echo 'until [ -e "$1" ]; do sleep 0.05; done; shift; exec "$@"' >"$root$work/waits"
    rm -f "$root$work/again" "$root$work/after.truth"
    start_target "$2" ends --exec /bin/sh "$work/waits" "$work/again" \
        "$python" "$work/shares.py" "$work/after.truth"
    watch --subprocesses "$pid"
    let_it_sample
    kill -USR1 "$pid"
    wait_for 30 is_given_up || fail "it is not given up: $(cat "$notes")"
    ! is_over "$profiler" || fail "it does not wait for more: $(cat "$notes")"
    touch "$root$work/again"
    wait_for 30 test -s "$root$work/after.truth" || fail "it does not become another program"
    wait_for 30 is_looked_at "$pid" || fail "it is not taken up: $(cat "$notes")"
    let_it_sample
    finish
    is 2 'view["processes"]' "$stats"
    is True 'any(row["function"] == "first" for row in rows)'
    is True 'any(row["file"].endswith("shares.py") for row in rows)'
    ! grep -q 'Not attached' "$notes" || fail "$(cat "$notes")"
    stop_targets
}

# The profiler does not even watch whether $pid ends (by a pidfd).
is_given_up() {
    ! grep -qsx "Pid:	$pid" /proc/"$profiler"/fdinfo/*
}

# have_been COUNT - so many workers were there, and looked at.
have_been() {
    for worker in $(pgrep -P "$pid"); do
        ! is_looked_at "$worker" || echo "$worker" >>"$work/workers"
    done
    [ "$(sort -u "$work/workers" | wc -l)" -ge "$1" ]
}

turnover() {
    start_target "$2" workers --workers 4 --turnover 0.7
    watch --name "$unique" --view processes
    : >"$work/workers"
    wait_for 60 have_been 14 || fail "the workers stay, or are not looked at"
    finish
    is True 'len(rows) >= 12'
    is True 'view["running"] == len([row for row in rows if row["state"] == "runs"]) > 0'
    is True 'view["dropped"] == 0 and view["failed"] * 100 < view["samples"]'
    stop_targets
}

# last_worker - of the target that was started last.
last_worker() {
    pgrep -P "$pid" | sort -n | tail -n 1
}

# Workers of the same code, in three families at once: of one family one worker computes all the time, of one it does
# something else, and of one all are alike. The siblings rest most of the time.
outliers() {
    rest="--workers 4 --busy-ms 0.2"
    # shellcheck disable=SC2086  # a list of words
    start_target "$2" workers $rest --spin
    spinning=$(last_worker)
    # shellcheck disable=SC2086
    start_target "$2" workers $rest --stuck
    stuck=$(last_worker)
    # shellcheck disable=SC2086
    start_target "$2" workers $rest
    undisturbed outliers_are_marked
    stop_targets
}

outliers_are_marked() {
    watch --name "$unique" --view processes
    let_it_look
    let_it_look
    finish
    is 15 'len(rows)'
    # What gets no CPU cannot stand out by it.
    [ "$(json 'max(row["cpu_percent"] for row in rows) > 50' "$rows")" = True ] || return 3
    is "['$stuck function']" '["%(pid)d %(outlier)s" % row for row in rows if row["outlier"] and row["pid"] != '"$spinning"']'
    is '[True]' '["busy" in row["outlier"] for row in rows if row["pid"] == '"$spinning"']'
    is "$spinning" 'max(rows, key=lambda row: row["gil_percent"])["pid"]'
}

nothing_matches() {
    ! "$app" attach --name "no such $unique" 2>"$notes" || fail "something matches"
    grep -q "^tachyon-top: no Python process matches name 'no such $unique'" "$notes" ||
        fail "$(cat "$notes")"
    ! "$app" dump --user "no such user" 2>"$notes" || fail "there is such a user"
    grep -q "^tachyon-top: there is no user 'no such user'" "$notes" || fail "$(cat "$notes")"
    ! "$app" attach -p 4194302,4194303 -d 1 2>"$notes" || fail "there are such processes"
    grep -q '^tachyon-top: none of 2 processes can be attached to' "$notes" || fail "$(cat "$notes")"
}

# A server as Debian packages it, under load: one table of it, as its workers come and go.
gunicorn_is_watched() {
    command -v gunicorn >/dev/null || {
        not_tested "gunicorn, which is not installed"
        return 0
    }
    cat >"$work/app.py" <<'END'
import json

def render(count):
    return json.dumps([number * number for number in range(count)])

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [render(2000).encode()]
END
    cat >"$work/load.py" <<'END'
import socket, sys
while True:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(sys.argv[1])
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        while connection.recv(65536):
            pass
END
    (cd "$work" && exec gunicorn -w 8 -b "unix:$work/socket" app:app) >"$work/gunicorn.log" 2>&1 &
    pid=$!
    targets="$targets $pid"
    wait_for 30 workers_are 8 || fail "$(cat "$work/gunicorn.log")"
    wait_for 30 test -S "$work/socket" || fail "$(cat "$work/gunicorn.log")"
    for _ in 1 2 3; do
        nice "$judge" "$work/load.py" "$work/socket" 2>"$work/load.log" &
        targets="$targets $!"
    done
    watch --subprocesses "$pid"
    let_it_look
    kill -TTIN "$pid" # one more
    wait_for 30 workers_are 9 || fail "$(cat "$work/gunicorn.log")"
    let_it_look
    kill -HUP "$pid" # all anew
    let_it_look
    let_it_look
    finish
    is True 'view["processes"] >= 17'
    is True 'view["failed"] * 100 < view["samples"] and view["dropped"] == 0'
    is True '[row["processes"] for row in rows if row["function"] == "render"][0] >= 2'
    is 1 'len([row for row in rows if row["function"] == "render"])'
    stop_targets
}

nothing_matches
for_each_python one_table
one=$(a_python 3.13)
for test in they_come_and_go it_ends_with_the_last one_is_ridden_with another_comes one_becomes_another one_comes_back turnover outliers; do
    "$test" 3.13 "$one"
    echo "ok: $test"
done
gunicorn_is_watched
echo "ok: gunicorn"
