#!/bin/sh
# errors - what cannot be done ends with status 1 and one line that says why, and leaves no file
# behind; wrong usage ends with status 2.
. "${srcdir:-.}/tests/live/lib.sh"

app=$work/bin/tachyon-top # where other users can execute it
files=$work/files         # where it would write
result=$work/result       # of one run: .out .err
nobody=65534
SHORT_LIVED=40            # processes of each Python
mkdir "$work/bin" "$files" "$work/ready"
chmod 777 "$work/ready" # other users are ready there, too
cp "${builddir:-.}/tachyon-top" "$work/bin"
chmod 755 "$work" "$work/bin"

# run_bounded COMMAND... - at most 30 seconds; the status is in $status.
run_bounded() {
    status=0
    timeout -k 1 30 "$@" </dev/null >"$result.out" 2>"$result.err" || status=$?
    [ "$status" -ne 124 ] || fail "still runs after 30 s: $*"
}

# ends_with STATUS PATTERN COMMAND... - it ends so, and says one line that the pattern matches.
ends_with() {
    expected=$1 pattern=$2
    shift 2
    ls -l "$files" >"$result.before"
    run_bounded "$@"
    [ "$status" -eq "$expected" ] || fail "status $status: $*: $(cat "$result.err")"
    one_line "$*"
    grep -qE "^tachyon-top: .*$pattern" "$result.err" || fail "$*: $(cat "$result.err")"
    [ ! -s "$result.out" ] || fail "$* writes to standard output: $(cat "$result.out")"
    ls -l "$files" | cmp -s - "$result.before" || fail "$* leaves files: $(ls -l "$files")"
}

one_line() {
    [ "$(wc -l <"$result.err")" -eq 1 ] || fail "not one line of: $1: $(cat "$result.err")"
}

refused() {
    ends_with 1 "$@"
}

# refused_all PATTERN PID [WRAPPER...] - by every command.
refused_all() {
    pattern=$1 process=$2
    shift 2
    refused "$pattern" "$@" "$app" "$process"
    refused "$pattern" "$@" "$app" --snapshot "$files/view.csv" --after 1 "$process"
    refused "$pattern" "$@" "$app" attach -d 1 -o "$files/table" --stats "$files/stats" "$process"
    refused "$pattern" "$@" "$app" attach -d 1 --collapsed -o "$files/stacks" "$process"
    refused "$pattern" "$@" "$app" dump -o "$files/dump" "$process"
}

# start COMMAND... - starts a process, $other, that makes the file it gets as its last argument.
start() {
    rm -f "$work/ready/is_ready"
    "$@" "$work/ready/is_ready" &
    other=$!
    targets="$targets $other"
    wait_for 30 test -e "$work/ready/is_ready" || fail "not ready in 30 s: $*"
}

WAIT='import sys, time; open(sys.argv[1], "w").close(); time.sleep(300)'

# Begun now, since for a second a process may yet become a Python.
sleep 300 &
sleeper=$!
targets="$targets $sleeper"

too_old() {
    any=
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/[23].*/bin/python; do
        "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 8))' 2>/dev/null || continue
        any=yes
        start "$python" -c "$WAIT"
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "too old: $version"
        case $version in
        3.*) refused_all "CPython $version.* 3\.8 to 3\.15.*too old" "$other" ;;
        *) refused_all 'CPython 2.* 3\.8 to 3\.15.*too old' "$other" ;;
        esac
    done
    # Debian has none; nothing here can fetch one.
    [ -n "$any" ] || echo "not tested: there is no Python that is too old here"
}

# start_of_nobody [SETPRIV_OPTION...] - starts a process, $other, of a user without rights.
start_of_nobody() {
    setpriv --reuid=$nobody --regid=$nobody --clear-groups "$@" sleep 300 &
    other=$!
    targets="$targets $other"
    wait_for 30 is_of_nobody || fail "setpriv does not start a process"
}

is_of_nobody() {
    grep -qx sleep "/proc/$other/comm" && grep -q "^Uid:.$nobody" "/proc/$other/status"
}

# In front of a command:
as_nobody="setpriv --reuid=$nobody --regid=$nobody --clear-groups"
without_capability="setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace"

make_yama "$work/bin/yama"

# /proc is missing, another's, or hides what is there.
# shellcheck disable=SC2086  # commands and their arguments
folder_of_processes() {
    if ! unshare -m mount -t tmpfs none /proc 2>/dev/null; then
        not_tested "folders /proc of other kinds, as nothing can be mounted here"
        return
    fi
    is_sanitized || refused_all '/proc is not mounted here.*mount -t proc' "$pid" \
        unshare -m sh -c 'mount -t tmpfs none /proc; exec "$@"' sh
    refused_all '/proc is that of another PID namespace.*mount -t proc' "$pid" \
        $no_leaks unshare --pid --fork
    refused_all '/proc hides it.*hidepid.*sudo' "$pid" \
        unshare -m sh -c 'mount -t proc -o hidepid=2 none /proc; exec "$@"' sh $as_nobody
    refused_all "there is no process $ended" "$ended" \
        unshare -m sh -c 'mount -t proc -o hidepid=2 none /proc; exec "$@"' sh $as_nobody
}

# Python may be in a file that was deleted, and "not a Python" is not said of what could not be looked into.
# shellcheck disable=SC2086  # commands and their arguments
files_that_are_gone() {
    library=$(ldd "$(command -v sleep)" | sed -n 's/.*=> \(.*libc\.so[^ ]*\) .*/\1/p')
    [ -e "$library" ] || { not_tested "a deleted library, as sleep has none"; return; }
    cp "$library" "$work/bin/libother.so"
    setpriv --reuid=$nobody --regid=$nobody --clear-groups \
        env LD_PRELOAD="$work/bin/libother.so" sleep 300 &
    other=$!
    targets="$targets $other"
    wait_for 30 is_of_nobody || fail "setpriv does not start a process"
    wait_for 30 grep -q libother "/proc/$other/maps" || fail "it does not load the library"
    rm "$work/bin/libother.so"
    refused_all 'cannot be told whether.*libother.so .deleted., .*not there any more.*sudo' "$other" \
        $as_nobody
    refused_all 'is not a Python process' "$other"

    [ -x /usr/bin/python3 ] && ! ldd /usr/bin/python3 | grep -q libpython ||
        { not_tested "a deleted interpreter, as /usr/bin/python3 is none that stands alone"; return; }
    cp -L /usr/bin/python3 "$work/bin/python-of-old"
    start $as_nobody "$work/bin/python-of-old" -S -c "$WAIT"
    rm "$work/bin/python-of-old"
    run_bounded $as_nobody "$app" dump "$other"
    [ "$status" -eq 0 ] || fail "status $status: a deleted interpreter: $(cat "$result.err")"
    grep -q '<module>' "$result.out" || fail "a deleted interpreter: $(cat "$result.out")"
}

# shellcheck disable=SC2086  # commands and their arguments
permissions() {
    if [ "$(id -u)" -ne 0 ]; then
        refused_all 'belongs to another user \(uid 0\).*sudo' 1
        not_tested "other reasons of permission, as this is not root"
        return
    fi
    need setpriv
    start_target "$(pythons | head -n 1 | cut -f 2)" shares
    refused_all 'belongs to another user \(uid 0\).*sudo' "$pid" $as_nobody
    refused_all 'CAP_SYS_PTRACE.*--cap-add=SYS_PTRACE' "$pid" $without_capability
    start_of_nobody
    refused_all 'CAP_SYS_PTRACE.*--cap-add=SYS_PTRACE' "$other" $without_capability

    # The same user, and yet refused.
    start_of_nobody --inh-caps=+sys_admin --ambient-caps=+sys_admin
    capable=$other
    refused_all 'more rights than this user.*sudo' "$capable" $as_nobody
    refused_all 'more rights.*no_new_privs' "$capable" $as_nobody --no-new-privs
    refused_all 'more rights.*--cap-add=SYS_PTRACE' "$capable" $as_nobody --bounding-set=-sys_ptrace
    start_of_nobody
    refused_all "its group is another .gid $nobody, and here 1" "$other" \
        setpriv --reuid=$nobody --regid=1 --clear-groups
    if [ -x /usr/bin/python3 ]; then
        start $as_nobody /usr/bin/python3 -c "import ctypes; ctypes.CDLL(None).prctl(4, 0); $WAIT"
        refused_all 'not dumpable.*PR_SET_DUMPABLE.*sudo' "$other" $as_nobody
        cp "$top/tests/live/without_call.py" "$work/bin"
        # A filter keeps nobody from the file: what is refused then is so for another reason.
        refused_all 'more rights' "$capable" \
            $as_nobody /usr/bin/python3 "$work/bin/without_call.py"
        ends_well /usr/bin/python3 "$work/bin/without_call.py" \
            "$app" attach -d 2 -o "$files/table" "$pid"
    else
        not_tested "a seccomp filter, as there is no /usr/bin/python3"
    fi
    start_of_nobody
    if unshare --user --map-root-user true 2>/dev/null; then
        refused_all 'in another user namespace' "$pid" unshare --user --map-root-user
        refused_all 'in another user namespace' "$other" $as_nobody unshare --user --map-root-user
    else
        not_tested "user namespaces, as none can be made here"
    fi
    if [ -x /usr/bin/python3 ] && unshare -m "$work/bin/yama" 0 true 2>/dev/null; then
        # Refused for what cannot be seen, that root's process is not dumpable: so it must be Yama's scope.
        yama="unshare -m $work/bin/yama"
        start $without_capability /usr/bin/python3 -c "import ctypes; ctypes.CDLL(None).prctl(4, 0); $WAIT"
        refused_all 'ptrace_scope is 1, .*sudo sysctl' "$other" $yama 1 $without_capability
        refused_all 'ptrace_scope is 2, .*--cap-add' "$other" $yama 2 $without_capability
        refused_all 'ptrace_scope is 3.*everybody' "$other" $yama 3 $without_capability
        refused_all 'ptrace.s own rules allow it.*security module' "$other" $yama 0 $without_capability
        refused_all 'belongs to another user' "$pid" $yama 1 $as_nobody
    else
        not_tested "the scopes of Yama, as nothing can be mounted here"
    fi
    folder_of_processes
    files_that_are_gone
}

# ends_well COMMAND... - that writes $files/table, with rows.
ends_well() {
    run_bounded "$@"
    [ "$status" -eq 0 ] || fail "status $status: $*: $(cat "$result.err")"
    grep -q fifty "$files/table" || fail "$* finds nothing: $(cat "$files/table")"
    rm "$files/table"
}

terminal() {
    refused 'not a terminal.*--snapshot' setsid -w "$app" "$pid"
}

# Files that cannot be written, or must not be.
files() {
    for command in 'attach -d 0.2 -o' 'attach -d 0.2 --collapsed -o' 'attach -d 0.2 --stats' \
                   'dump -o' '--after 0.2 --snapshot'; do
        # shellcheck disable=SC2086  # a command and its arguments
        set -- "$app" $command
        refused 'cannot write /nonexistent/x: No such file' "$@" /nonexistent/x "$pid"
        refused 'cannot write .*: it is a directory' "$@" "$files" "$pid"
        echo keep >"$files/kept"
        ln -s kept "$files/link"
        refused 'already there.*--force' "$@" "$files/kept" "$pid"
        refused 'symbolic link' "$@" "$files/link" "$pid"
        refused 'symbolic link' "$@" "$files/link" --force "$pid"
        [ "$(cat "$files/kept")" = keep ] || fail "$* has written to a file that was there"
        rm "$files/link" "$files/kept"
    done
    refused 'cannot write /nonexistent/x' \
        "$app" attach -d 0.2 -o "$files/x" --stats /nonexistent/x "$pid"
    for command in "attach -d 0.2 $pid" "dump $pid" "doctor $pid" --help --version; do
        status=0
        # shellcheck disable=SC2086  # words
        timeout -k 1 30 "$app" $command >/dev/full 2>"$result.err" || status=$?
        [ "$status" -eq 1 ] || fail "$command: status $status with a full disk"
        grep -q '^tachyon-top: cannot write standard output: No space left' "$result.err" ||
            fail "$command with a full disk: $(cat "$result.err")"
    done
}

wrong_usage() {
    while read -r arguments; do
        # shellcheck disable=SC2086  # words
        ends_with 2 '.*; try tachyon-top .*--help$' "$app" $arguments
    done <<END

1 2
word
0
-5
99999999999999999999
attach
attach word
attach -d 0 1
attach -d word 1
attach -r 0 1
attach -r word 1
attach --sort word 1
attach --mode word 1
attach --no-such-option 1
attach --duration
dump --collapsed 1
dump -d 1 1
--theme word 1
doctor word
doctor 1 2
doctor -r 1 1
doctor -o x 1
END
}

# Processes that end while they are looked at, and some that are not yet Python.
short_lived() {
    case $2 in
    *sudo*) echo "left out: the process would be sudo's"; return ;;
    esac
    count=0
    ended=0
    while [ "$count" -lt "$SHORT_LIVED" ]; do
        count=$((count + 1))
        $2 -I -c pass &
        short=$!
        targets="$targets $short"
        sleep "0.0$((count % 5))"
        run_bounded "$app" attach -d 5 "$short"
        case $status in
        0) ;;
        1)
            ended=$((ended + 1))
            one_line "attach to a process that ends"
            grep -qE '^tachyon-top: .*(no process|ended|not a Python|shutting down)' \
                "$result.err" || fail "$(cat "$result.err")"
            ;;
        *) fail "status $status at the end of a process: $(cat "$result.err")" ;;
        esac
    done
    echo "$count that ended soon: $((count - ended)) sampled, $ended not"
}
ended=$(($(cat /proc/sys/kernel/pid_max) + 1))
refused_all "there is no process $ended\$" "$ended"
too_old
permissions
start_target "$(pythons | head -n 1 | cut -f 2)" shares
terminal
files
wrong_usage
refused_all 'is not a Python process' "$sleeper"
python3 -c "import os, sys
if os.fork() == 0: os._exit(0)
$WAIT" "$work/ready/parent" &
parent=$!
targets="$targets $parent"
wait_for 30 test -e "$work/ready/parent" || fail "not ready in 30 s"
zombie=$(cat "/proc/$parent/task/$parent/children")
wait_for 30 is_over "${zombie% }" || fail "${zombie% } does not end"
refused_all 'ended, and waits for its parent' "${zombie% }"
if grep -q '(kthreadd)' /proc/2/stat 2>/dev/null; then
    refused_all 'is not a Python process: it is a thread of the kernel' 2
else
    not_tested "threads of the kernel, as none is seen from this PID namespace"
fi
for_each_python short_lived
