#!/bin/sh
# errors - what cannot be done ends with status 1 and one line that says why, and leaves no file
# behind; wrong usage ends with status 2.
. "${srcdir:-.}/tests/live/lib.sh"

app=$work/bin/tachyon-top # where other users can execute it
files=$work/files         # where it would write
result=$work/result       # of one run: .out .err
nobody=65534
SHORT_LIVED=40            # processes of each Python
mkdir "$work/bin" "$files"
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
    rm -f "$work/is_ready"
    "$@" "$work/is_ready" &
    other=$!
    targets="$targets $other"
    wait_for 30 test -e "$work/is_ready" || fail "not ready in 30 s: $*"
}

WAIT='import sys, time; open(sys.argv[1], "w").close(); time.sleep(300)'

# Begun now, since for a second a process may yet become a Python.
sleep 300 &
sleeper=$!
targets="$targets $sleeper"

too_old() {
    any=
    for python in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/[23].*/bin/python; do
        "$python" -c 'import sys; sys.exit(sys.version_info >= (3, 11))' 2>/dev/null || continue
        any=yes
        start "$python" -c "$WAIT"
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "too old: $version"
        case $version in
        3.*) refused_all "CPython $version.* 3\.11 to 3\.15.*too old" "$other" ;;
        *) refused_all 'CPython 2.* 3\.11 to 3\.15.*too old' "$other" ;;
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

# yama SCOPE - as on a kernel whose Yama has this scope; what is readable stays so.
cat >"$work/bin/yama" <<'END'
#!/bin/sh
set -e
mount -t tmpfs none /proc/sys/kernel
mkdir /proc/sys/kernel/yama
echo "$1" >/proc/sys/kernel/yama/ptrace_scope
shift
exec "$@"
END
chmod 755 "$work/bin/yama"

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
    refused_all 'more rights than this user' "$other" $as_nobody
    if [ -x /usr/bin/python3 ]; then
        cp "$top/tests/live/without_call.py" "$work/bin"
        refused_all 'seccomp filter.*--cap-add=SYS_PTRACE' "$other" \
            $as_nobody /usr/bin/python3 "$work/bin/without_call.py"
        ends_well /usr/bin/python3 "$work/bin/without_call.py" \
            "$app" attach -d 2 -o "$files/table" "$pid"
    else
        not_tested "a seccomp filter, as there is no /usr/bin/python3"
    fi
    if unshare -m "$work/bin/yama" 0 true 2>/dev/null; then
        yama="unshare -m $work/bin/yama"
        refused_all 'ptrace_scope is 1.*sudo.*sysctl' "$other" $yama 1 $as_nobody
        refused_all 'ptrace_scope is 2.*sudo$' "$other" $yama 2 $as_nobody
        refused_all 'ptrace_scope is 3.*everybody' "$other" $yama 3 $without_capability
    else
        not_tested "the scopes of Yama, as nothing can be mounted here"
    fi
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
    status=0
    timeout -k 1 30 "$app" attach -d 0.2 "$pid" >/dev/full 2>"$result.err" || status=$?
    [ "$status" -eq 1 ] || fail "status $status with a full disk"
    grep -q '^tachyon-top: cannot write standard output: No space left' "$result.err" ||
        fail "with a full disk: $(cat "$result.err")"
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
for_each_python short_lived
