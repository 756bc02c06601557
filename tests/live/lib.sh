# shellcheck shell=sh
# lib.sh - what the tests with real Pythons share. A test begins with
#
#     . "${srcdir:-.}/tests/live/lib.sh"
#
# and then has $top (the source tree), $tachyon_top (the program), $work (a folder of its own, removed
# at the end) and the functions below. Whatever it started is ended with it, however it ends.
set -eu
# Whatever this machine speaks: characters are counted, and numbers have points. Other users read copies.
export LC_ALL=C.UTF-8
umask 022

top=$(cd "${srcdir:-.}" && pwd)
work=$(mktemp -d /tmp/tachyon-live.XXXXXX)
# shellcheck disable=SC2034  # for the tests
tachyon_top=${builddir:-.}/tachyon-top
copies=$work/copies # the folders made elsewhere: in other roots, or for one of two halves
: >"$copies"
more_targets=     # files with further targets, beside those in tests/live/targets
targets=          # the processes that this shell started
started=0         # how many there have been
# In front of a command that has the /proc of others: leaks are looked for through it.
# shellcheck disable=SC2034  # for the tests
no_leaks="env ASAN_OPTIONS=detect_leaks=0:exitcode=99"

clean_up() {
    status=$?
    trap - EXIT
    stop_targets
    while read -r copy; do
        rm -rf "$copy"
    done <"$copies"
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# skip REASON... - ends the test as skipped; where nothing may be skipped it fails.
skip() {
    [ "${CI:-}" != true ] || fail "in CI this must not be missing: $*"
    echo "SKIP: $*" >&2
    exit 77
}

# not_tested REASON... - a part is left out; where nothing may be left out it fails.
not_tested() {
    [ "${CI:-}" != true ] || fail "in CI this must be tested: $*"
    echo "not tested: $*"
}

# need COMMAND... - skips the test unless these programs are there.
need() {
    for program in "$@"; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

# pythons [VERSION...] - the interpreters to test, as contrib/pythons lists them; of these minor
# versions only, if any are given. contrib/check makes the list once, in $TACHYON_PYTHONS.
pythons() {
    if [ -r "${TACHYON_PYTHONS:-}" ]; then
        cat "$TACHYON_PYTHONS"
    else
        "$top/contrib/pythons" --list
    fi | case $# in
    0) cat ;;
    *) grep -E "^($(printf '%s\n' "$@" | sed 's/\./\\./g' | paste -sd '|'))\\." || true ;;
    esac
}

# a_python VERSION - the command of one interpreter of a minor version; skips where there is none.
# To be used as command=$(a_python 3.14).
a_python() {
    found=$(pythons "$1" | head -n 1 | cut -f 2)
    if [ -z "$found" ]; then
        # Not fetched, or not to be had: contrib/check counts that.
        echo "SKIP: there is no Python $1 here" >&2
        exit 77
    fi
    echo "$found"
}

# for_each_python FUNCTION [VERSION...] - calls FUNCTION VERSION COMMAND for each interpreter, each
# in a shell of its own, and tells how it went; 1 when any failed. Call it by itself, not in a
# condition, or the shell overlooks what fails inside FUNCTION.
for_each_python() {
    each=$1
    shift
    pythons "$@" >"$work/pythons"
    if [ ! -s "$work/pythons" ]; then
        [ -n "$(pythons)" ] || skip "there is no Python 3.8 to 3.15 here"
        not_tested "$each, as there is no Python $* here"
        return 0
    fi
    any_failed=0
    while read -r version command <&3; do
        set +e
        (
            set -e
            trap 'status=$?; trap - EXIT; stop_targets; exit "$status"' EXIT
            "$each" "$version" "$command"
        )
        case $? in
        0) echo "ok: $each, Python $version ($command)" ;;
        77) echo "skipped: $each, Python $version ($command)" ;;
        *)
            echo "FAILED: $each, Python $version ($command)"
            any_failed=1
            ;;
        esac
        set -e
    done 3<"$work/pythons"
    return "$any_failed"
}

# for_each_free_threaded FUNCTION - the same with the free-threaded interpreters, of which there may be none: to be had,
# one has to be built (contrib/pythons --fetch).
for_each_free_threaded() {
    "$top/contrib/pythons" --free-threaded >"$work/free-threaded"
    if [ ! -s "$work/free-threaded" ]; then
        echo "not tested: $1, as there is no free-threaded Python here"
        return 0
    fi
    for_each_of "$work/free-threaded" "$1"
}

# for_each_debug FUNCTION - the same with the debug builds of the minor versions that are tested.
for_each_debug() {
    pythons | sed 's/^\(3\.[0-9]*\).*/^\1\\./' | sort -u >"$work/minors"
    "$top/contrib/pythons" --debug | grep -f "$work/minors" >"$work/debug" || true
    if [ ! -s "$work/debug" ]; then
        not_tested "$1, as there is no debug build of these versions here"
        return 0
    fi
    for_each_of "$work/debug" "$1"
}

# for_each_of LIST FUNCTION - the same with the interpreters of a list.
for_each_of() {
    listed=${TACHYON_PYTHONS:-}
    TACHYON_PYTHONS=$1
    for_each_python "$2"
    TACHYON_PYTHONS=$listed
}

# for_two_pythons FUNCTION [VERSION...] - the same with two interpreters at a time, for what takes
# long and no more than a CPU; each half of them has a $work of its own.
for_two_pythons() {
    function=$1
    shift
    pythons "$@" >"$work/all"
    [ -s "$work/all" ] || skip "there is no Python ${*:-3.8 to 3.15} here"
    for_half_of_pythons "$function" 1 &
    first=$!
    for_half_of_pythons "$function" 2 &
    second=$!
    targets="$targets $first $second" # so that they end before their folders go
    any_failed=0
    wait "$first" || any_failed=1
    wait "$second" || any_failed=1
    targets=
    return "$any_failed"
}

# for_half_of_pythons FUNCTION HALF - in a shell of its own.
for_half_of_pythons() {
    trap 'exit 143' TERM
    targets=
    TACHYON_PYTHONS=$work/half.$2
    sed -n "$2~2p" "$work/all" >"$TACHYON_PYTHONS"
    work=$work.$2
    echo "$work" >>"$copies"
    mkdir "$work"
    [ ! -s "$TACHYON_PYTHONS" ] || for_each_python "$1"
}

# undisturbed COMMAND... - runs a measurement until it succeeds. One that was disturbed by other work on
# the machine gives status 3, and does not count; of the others, three failures are a fault.
undisturbed() {
    failures=0
    until_s=$(($(date +%s) + 240))
    while [ "$(date +%s)" -lt "$until_s" ]; do
        result=0
        "$@" || result=$?
        case $result in
        0) return 0 ;;
        3) echo "disturbed: $*" ;;
        *) failures=$((failures + 1)) ;;
        esac
        [ "$failures" -lt 3 ] || fail "$* fails again and again"
    done
    fail "the machine is too busy to measure anything: $*"
}

# is_sanitized - the program was built with AddressSanitizer, which does not work where there is no /proc.
is_sanitized() {
    grep -q __asan_init "$tachyon_top"
}

# wait_for SECONDS COMMAND... - until the command succeeds; 1 when the time is over.
wait_for() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@"; do
        [ "$(date +%s)" -le "$deadline" ] || return 1
        sleep 0.02
    done
}

# root_of COMMAND - the root folder of an interpreter: of a chroot, or nothing.
root_of() {
    case $1 in
    *chroot\ *) echo "$1" | sed 's/.*chroot \(--userspec=[^ ]* \)\{0,1\}\([^ ]*\) .*/\2/' ;;
    esac
}

# make_yama FILE - a command: FILE SCOPE COMMAND... runs COMMAND as on a kernel whose Yama has this scope. To be
# run in a mount namespace of its own; what is readable stays so.
make_yama() {
    cat >"$1" <<'END'
#!/bin/sh
set -e
mount -t tmpfs none /proc/sys/kernel
mkdir /proc/sys/kernel/yama
echo "$1" >/proc/sys/kernel/yama/ptrace_scope
shift
exec "$@"
END
    chmod 755 "$1"
}

# rows_told - how many rows of its seconds the target has told so far.
rows_told() {
    grep -c '"elapsed"' "$truth" || true
}

has_told() {
    [ "$(rows_told)" -gt 0 ]
}

# wait_until_told - waits for the first of them.
wait_until_told() {
    wait_for 30 has_told || fail "the target does not tell its seconds"
}

# start_target COMMAND NAME [ARGUMENT...] - starts tests/live/targets/NAME.py under an interpreter
# and waits until it is ready. Then $pid is its process and $truth the file that it tells the truth
# in; it sees its script as $work/NAME.py in its own root.
start_target() {
    command=$1
    name=$2
    shift 2
    root=$(root_of "$command")
    if [ -n "$root" ]; then
        echo "$root$work" >>"$copies"
        mkdir -p "$root$work"
    fi
    # shellcheck disable=SC2086  # a list of files, or nothing
    cp "$top"/tests/live/targets/*.py $more_targets "$root$work"
    started=$((started + 1))
    truth=$root$work/$name.$started.truth
    rm -f "$truth" # of the interpreter before, under for_each_python
    if [ "$(id -u)" -ne 0 ] && grep -qx 1 /proc/sys/kernel/yama/ptrace_scope 2>/dev/null; then
        set -- --traceable "$@"
    fi
    # shellcheck disable=SC2086  # a command and its arguments
    $command "$work/$name.py" "$work/$name.$started.truth" "$@" >"$work/$name.output" 2>&1 &
    child=$!
    targets="$targets $child"
    wait_for 30 ready_or_dead "$child" "$truth" ||
        fail "$name.py under $command is not ready in 30 s"
    [ -e "$truth" ] || fail "$name.py under $command: $(cat "$work/$name.output")"
    pid=$(truth_number pid)
    [ "$pid" = "$child" ] || targets="$targets $pid"
}

# await_witness_end NAME - waits until only the threads are left that the truth tells of, which holds from then on.
await_witness_end() {
    threads=$(grep -o '"tid": [0-9]*' "$truth" | sort -u | wc -l)
    wait_for 10 has_threads "$threads" || fail "$1 does not come to have $threads threads"
}

ready_or_dead() {
    [ -e "$2" ] || [ ! -d "/proc/$1" ] # kill -0 may not be allowed
}

# truth_number KEY - a number from the truth's first line.
truth_number() {
    sed -n "1s/.*\"$1\": \\([0-9.]*\\).*/\\1/p" "$truth"
}

# has_threads COUNT - it has so many.
has_threads() {
    [ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -eq "$1" ]
}

# reads_for_good - the main thread waits in read(2) (its number on x86-64, or aarch64) of the descriptor that the
# truth has as "reads", if it has one.
reads_for_good() {
    fd=$(truth_number reads)
    [ -z "$fd" ] || grep -Eq "^(0|63) $(printf '0x%x' "$fd") " "/proc/$pid/syscall"
}

# check_held COMMAND TARGET [ARGUMENT...] - dumps a target that stands still: it has to be as it tells.
check_held() {
    start_target "$@" --hold
    await_witness_end "$2"
    wait_for 10 reads_for_good || fail "$2 does not come to read"
    "$tachyon_top" dump "$pid" >"$work/dump"
    python3 -B "$top/tests/live/check_dump.py" "$truth" "$work/dump" || fail "the dump of $*"
    stop_targets
}

# stop_targets - ends those that this shell started.
stop_targets() {
    for process in $targets; do
        kill "$process" 2>/dev/null || true
        kill -CONT "$process" 2>/dev/null || true # one that a test has stopped ends then
    done
    # What does not end when it is told to is a fault to be seen, and not a test that hangs.
    for process in $targets; do
        wait_for 20 is_over "$process" || kill -KILL "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    targets=
}

# is_looked_at PID - the profiler, which is $profiler, has its memory open.
is_looked_at() {
    # shellcheck disable=SC2154  # of the test
    find "/proc/$profiler/fd" -lname "/proc/$1/mem" 2>/dev/null | grep -q .
}

# is_over PID - it has ended, whether or not its parent has taken note of it.
is_over() {
    ! grep -qs '^State:.*[^Z] (' "/proc/$1/status"
}
