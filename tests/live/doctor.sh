#!/bin/sh
# doctor - tells of each process what is true of it: that all works, or the one reason why not, with what
# changes that; and gives its status. What it says of a refusal is what attaching says, too.
. "${srcdir:-.}/tests/live/lib.sh"

app=$work/bin/tachyon-top # where other users can execute it
report=$work/report       # of one run
nobody=65534
wait='import sys, time; open(sys.argv[1], "w").close(); time.sleep(300)'
undumpable='import ctypes; ctypes.CDLL(None).prctl(4, 0);'
mkdir "$work/bin" "$work/ready"
cp "${builddir:-.}/tachyon-top" "$work/bin"
cp "$top/tests/live/without_call.py" "$work/bin"
chmod 755 "$work" "$work/bin"
chmod 777 "$work/ready" # other users are ready there, too
# In front of a command:
as_nobody="setpriv --reuid=$nobody --regid=$nobody --clear-groups"
without_capability="setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace"

# doctor STATUS PID [WRAPPER...] - it ends so, and its report is in $report: plain, narrow, on standard output.
doctor() {
    expected=$1 process=$2
    shift 2
    status=0
    timeout -k 1 30 "$@" "$app" doctor ${process:+"$process"} </dev/null \
        >"$report" 2>"$work/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status of doctor $process: $(cat "$report" "$work/errors")"
    [ ! -s "$work/errors" ] || fail "doctor $process says on standard error: $(cat "$work/errors")"
    ! grep -q "$(printf '\033')" "$report" || fail "colours where there is no terminal"
    ! grep -qE '^.{80}' "$report" || fail "too wide: $(cat "$report")"
    ! grep -q 'not permitted' "$report" || fail "an errno is no reason: $(cat "$report")"
}

# unwrapped - the report with each finding in one line.
unwrapped() {
    sed 's/^ \{16\}/@/' "$report" | tr '\n' ' ' | sed 's/ @/ /g; s/ \(✓\|·\|✗\)  /\n\1  /g'
}

# says MARK NAME PATTERN - a finding of the last report.
says() {
    unwrapped | grep -qE "^$1  $2 +.*$3" || fail "no '$1 $2: $3' in: $(cat "$report")"
}

# says_nothing_of NAME - there is no such finding.
says_nothing_of() {
    ! unwrapped | grep -qE "^.  $1 " || fail "there should be no $1 in: $(cat "$report")"
}

# refuses PATTERN REMEDY PID [WRAPPER...] - the memory cannot be read, for that reason; attaching says the same,
# and neither says that it is no Python.
refuses() {
    pattern=$1 remedy=$2 process=$3
    shift 3
    doctor 1 "$process" "$@"
    says ✗ memory "$pattern.* to change it: .*$remedy"
    says_nothing_of Python
    [ "$(grep -c '^✗' "$report")" -eq 1 ] || fail "more than one reason: $(cat "$report")"
    ! "$@" "$app" attach -d 1 "$process" >/dev/null 2>"$work/errors" || fail "attaching works: $process"
    grep -qE "^tachyon-top: no permission .*$pattern.*; .*$remedy" "$work/errors" ||
        fail "attaching says something else: $(cat "$work/errors")"
    ! grep -qi 'not a python' "$report" "$work/errors" || fail "it says that it is no Python"
}

# start COMMAND... - starts a process, $other, that makes the file it gets as its last argument.
start() {
    rm -f "$work/ready/is_ready"
    "$@" "$work/ready/is_ready" &
    other=$!
    targets="$targets $other"
    wait_for 30 test -e "$work/ready/is_ready" || fail "not ready in 30 s: $*"
}

a_python_works() {
    start_target "$2" threads --hold
    await_witness_end threads
    doctor 0 "$pid"
    says ✓ process "$pid of uid "
    says ✓ memory 'can be read'
    says ✓ Python 'CPython is in /.*(_PyRuntime|\.PyRuntime)'
    says ✓ version "$(truth_word python | sed 's/+$//; s/\./\\./g')"
    says ✓ stacks "threads read: $(grep -o '"tid"' "$truth" | wc -l), each stack proven"
    says ✓ threads schedstat
    says '[✓·]' riding CPU
    says ✓ sources 'all files can be read here'
    grep -qx "Process $pid can be looked into: tachyon-top $pid" "$report" || fail "$(cat "$report")"
    for thread in "/proc/$pid/task"/*; do
        [ "${thread##*/}" = "$pid" ] || break
    done
    doctor 0 "${thread##*/}"
    says · process "is a thread of process $pid.*to change it: .*tachyon-top $pid"
    kill -STOP "$pid"
    wait_for 10 grep -q '^State:.T' "/proc/$pid/status" || fail "it does not stop"
    doctor 0 "$pid"
    says · process "$pid of uid .* is stopped by a signal.*to change it: .*kill -CONT $pid"
    says ✓ stacks 'threads read'
}

truth_word() {
    sed -n "1s/.*\"$1\": \"\([^\"]*\)\".*/\1/p" "$truth"
}

# shellcheck disable=SC2086  # commands and their arguments
the_machine() {
    doctor 0 ''
    says ✓ /proc mounted
    says ✓ kernel Linux
    says_nothing_of memory
    # Without a /proc, or with that of others, nothing is guessed at.
    if unshare -m mount -t tmpfs none /proc 2>/dev/null; then
        if ! is_sanitized; then
            doctor 1 '' unshare -m sh -c 'mount -t tmpfs none /proc; exec "$@"' sh
            says ✗ /proc 'not mounted.*to change it: .*mount -t proc'
            says_nothing_of capability
        fi
        doctor 1 $$ $no_leaks unshare --pid --fork
        says ✗ /proc 'another PID namespace'
        says_nothing_of process
    else
        not_tested "a machine without /proc, as nothing can be mounted here"
    fi
}

other_processes() {
    doctor 1 $(($(cat /proc/sys/kernel/pid_max) + 1))
    says ✗ process 'there is no process'
    sleep 300 &
    other=$!
    targets="$targets $other"
    doctor 1 "$other"
    says ✓ memory 'can be read'
    says ✗ Python 'is not a Python process: no CPython is mapped'
    python3 -c "import os, sys, time
if os.fork() == 0: os._exit(0)
$wait" "$work/ready/parent" &
    other=$!
    targets="$targets $other"
    wait_for 30 test -e "$work/ready/parent" || fail "not ready in 30 s"
    zombie=$(cat "/proc/$other/task/$other/children")
    wait_for 30 is_over "${zombie% }" || fail "${zombie% } does not end"
    doctor 1 "${zombie% }"
    says ✗ process 'ended, and waits for its parent'
    if grep -q '(kthreadd)' /proc/2/stat 2>/dev/null; then
        doctor 1 2
        says ✗ process 'a thread of the kernel'
    else
        not_tested "threads of the kernel, as none is seen from this PID namespace"
    fi
    # A Python that is too old, where there is one.
    for old in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.7.*/bin/python; do
        [ -x "$old" ] || continue
        start "$old" -c "$wait"
        doctor 1 "$other"
        says ✓ memory 'can be read'
        says ✗ version 'CPython 3\.7.*too old.*to change it: .*CPython 3\.8 to 3\.15'
    done
}

# shellcheck disable=SC2086  # commands and their arguments
who_may_not() {
    start_target "$(pythons | head -n 1 | cut -f 2)" shares
    refuses 'belongs to another user \(uid 0\)' 'as that user or with sudo' "$pid" $as_nobody
    says · capability 'no CAP_SYS_PTRACE.*to change it: .*sudo'
    refuses 'more rights than this user.*root without CAP_SYS_PTRACE' '--cap-add=SYS_PTRACE' "$pid" \
        $without_capability
    says · capability 'not in the bounding set.*--cap-add'

    start $as_nobody /usr/bin/python3 -c "$wait"
    doctor 0 "$other" $as_nobody
    says ✓ memory 'can be read'
    says · capability 'only processes of this user'
    if unshare -m mount -t tmpfs none /proc 2>/dev/null; then
        doctor 1 "$pid" unshare -m sh -c 'mount -t proc -o hidepid=2 none /proc; exec "$@"' sh $as_nobody
        says ✗ process '/proc hides it.*hidepid.*to change it: .*sudo'
    fi
    refuses 'its group is another' sudo "$other" setpriv --reuid=$nobody --regid=1 --clear-groups
    refuses 'belongs to another user' no_new_privs "$pid" $as_nobody --no-new-privs

    start $as_nobody /usr/bin/python3 -c "$undumpable $wait"
    refuses 'it is not dumpable.*PR_SET_DUMPABLE' sudo "$other" $as_nobody
    says ✗ memory 'without that: .*PR_SET_DUMPABLE, 1'
    doctor 0 "$other"
}

# A seccomp filter refuses the call, and not the file: that is a note.
filtered() {
    doctor 0 "$pid" /usr/bin/python3 "$work/bin/without_call.py"
    says · 'system call' 'refused \(EPERM\), by the seccomp filter.*--cap-add=SYS_PTRACE.*without that: .*mem'
    says ✓ memory 'can be read'
    # One around the process itself is none of ours.
    start /usr/bin/python3 "$work/bin/without_call.py" /usr/bin/python3 -c "$wait"
    doctor 0 "$other"
    says ✓ 'system call' 'process_vm_readv works$'
}

# What the kernel does not tell, and where the sampler may not run, is no more than a note.
lacking() {
    hide='mount --bind /dev/null /proc/$1/task/$1/$0 && shift && exec "$@"'
    if unshare -m sh -c "$hide" schedstat "$pid" true 2>/dev/null; then
        doctor 0 "$pid" unshare -m sh -c "$hide" schedstat "$pid"
        says · threads 'does not tell their CPU time .schedstat.  *to change it: .*SCHED_INFO.*CPU time is not'
        doctor 0 "$pid" unshare -m sh -c "$hide" syscall "$pid"
        says · threads 'does not tell what they wait for .syscall.  *to change it: .*TRACEHOOK.*as idle'
    else
        not_tested "a kernel that tells less, as nothing can be mounted over its files"
    fi
    cpus=$(nproc)
    if [ "$cpus" -gt 1 ]; then
        doctor 0 "$pid" taskset -c "$(taskset -cp $$ | sed 's/.*: //; s/[-,].*//')"
        says · riding "on 1 of the $cpus CPUs.*to change it: .*taskset.*engine remote"
    else
        not_tested "another set of CPUs, as there is only one"
    fi
}

# The facts of Yama are made up; the refusal is the kernel's, for what cannot be seen of root's process.
# shellcheck disable=SC2086  # commands and their arguments
yama() {
    make_yama "$work/bin/yama"
    if ! unshare -m "$work/bin/yama" 0 true 2>/dev/null; then
        not_tested "the scopes of Yama, as nothing can be mounted here"
        return
    fi
    scope="unshare -m $work/bin/yama"
    start $without_capability /usr/bin/python3 -c "$undumpable $wait"
    doctor 1 "$other" $scope 1 $without_capability
    says · ptrace 'ptrace_scope is 1'
    says ✗ memory 'ptrace_scope is 1.*sudo sysctl kernel.yama.ptrace_scope=0.*without that: .*PTRACER'
    doctor 1 '' $scope 2 $as_nobody
    says ✗ ptrace 'ptrace_scope is 2.*to change it: .*sudo'
    doctor 1 '' $scope 3
    says ✗ ptrace 'ptrace_scope is 3.*everybody.*to change it: .*sysctl\.d'
    doctor 0 '' $scope 2
    says ✓ ptrace 'CAP_SYS_PTRACE stands above'
    doctor 0 '' $scope 0 $as_nobody
    says ✓ ptrace 'ptrace_scope is 0'
}

# shellcheck disable=SC2086  # commands and their arguments
containers() {
    if unshare --user --map-root-user true 2>/dev/null; then
        refuses 'another user namespace' 'on the host' "$pid" unshare --user --map-root-user
        says · user 'of a user namespace'
        says · namespaces 'of its own.*user'
    else
        not_tested "user namespaces, as none can be made here"
    fi
    if ! unshare --pid --mount --fork true 2>/dev/null; then
        not_tested "a target in namespaces, as none can be made here"
        return
    fi
    mkdir -p "$work/other"
    # It sees a file that is not there from outside: a mount of its own.
    start unshare --pid --mount --mount-proc --fork sh -c 'mount -t tmpfs none "$1"
printf "import sys, time\nopen(sys.argv[1], \"w\").close()\ntime.sleep(300)\n" >"$1/inside.py"
exec /usr/bin/python3 "$1/inside.py" "$2"' sh "$work/other"
    inside=$(cat "/proc/$other/task/$other/children")
    inside=${inside% }
    doctor 0 "$inside"
    says · namespaces 'of its own, as a container.s: PID, mount'
    says ✓ memory 'can be read'
    says ✓ sources 'all files can be read here'
    # Its name is that of a file that is gone.
    nsenter --mount --target "$inside" rm "$work/other/inside.py"
    doctor 0 "$inside"
    says · sources '1 of 1 files cannot be read here: /.*inside.py'
    kill -KILL "$inside" # the first of its namespace, which takes no other signal
}

a_terminal() {
    if ! script -qec true /dev/null </dev/null >/dev/null 2>&1; then
        not_tested "terminals, as script makes none here"
        return
    fi
    in_terminal 0 xterm-256color 80 24 && says ✓ terminal '80 columns by 24 rows'
    says ✓ TERM 'xterm-256color, with 256 colours'
    says ✓ characters UTF-8
    in_terminal 1 no-such-terminal 80 24 && says ✗ TERM 'not known here.*to change it: export TERM.*--snapshot'
    in_terminal 1 xterm 40 10 && says ✗ terminal 'too small: 40x10.*window larger'
    in_terminal 0 vt100 80 24 && says · TERM 'without colours'
    LC_ALL=C in_terminal 0 xterm 80 24
    grep -qE '^-  characters +ANSI' "$report" || fail "$(cat "$report")"
    ! LC_ALL=C grep -q '[^ -~]' "$report" || fail "not in ASCII: $(cat "$report")"
    # Where there are colours, marks have them, and where nobody wants them, they have not.
    colours='' in_terminal 0 xterm-256color 80 24
    grep -q "^$(printf '\033')\[32m✓" "$work/typescript" || fail "no colours on a terminal"
}

# in_terminal STATUS TERM COLUMNS ROWS - doctor writes to a terminal of that type and size.
in_terminal() {
    status=0
    env -u NO_COLOR TERM="$2" ${colours-NO_COLOR=1} script -qec \
        "stty columns $3 rows $4; '$app' doctor" "$work/script" \
        </dev/null >/dev/null 2>&1 || status=$?
    tr -d '\r' <"$work/script" | sed '/^Script /d' >"$work/typescript"
    cp "$work/typescript" "$report"
    [ "$status" -eq "$1" ] || fail "status $status in a terminal $2 of $3x$4: $(cat "$report")"
}

for_each_python a_python_works
the_machine
other_processes
a_terminal
if [ "$(id -u)" -ne 0 ]; then
    doctor 1 1
    says ✗ memory 'belongs to another user \(uid 0\)'
    not_tested "who may not read what, as this is not root"
    exit 0
fi
need setpriv unshare nsenter
[ -x /usr/bin/python3 ] || skip "there is no /usr/bin/python3"
who_may_not
filtered
lacking
containers
yama
