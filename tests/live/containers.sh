#!/bin/sh
# containers - targets in namespaces and roots of their own are read from outside and from inside: their files
# through their root, their threads by the ids that they have where they are looked at from.
. "${srcdir:-.}/tests/live/lib.sh"

need python3
[ "$(id -u)" -eq 0 ] || skip "namespaces are made by root here"
need setpriv unshare nsenter
unshare --pid --mount --mount-proc --fork true 2>/dev/null || skip "no namespaces can be made here"

nobody=65534
as_nobody="setpriv --reuid=$nobody --regid=$nobody --clear-groups"
contained="unshare --pid --mount --mount-proc --fork"
app=$work/tachyon-top # where others can execute it
cp "$tachyon_top" "$app"
chmod 755 "$work" "$app"

# start_inside WRAPPER COMMAND [ARGUMENT...] - starts a target that stands still, its command behind the wrapper's.
# Then $pid is its process here, $truth tells the ids of here, and $truth.inside those of there.
start_inside() {
    wrapper=$1 command=$2
    shift 2
    root=$(root_of "$command")
    mkdir -p "$root$work/truths"
    [ -z "$root" ] || echo "$root$work" >>"$copies"
    chmod 755 "$root$work"
    chmod 777 "$root$work/truths"
    cp "$top"/tests/live/targets/*.py "$root$work"
    started=$((started + 1))
    truth=$root$work/truths/$started
    rm -f "$truth"
    # shellcheck disable=SC2086  # commands and their arguments
    $wrapper $command "$work/threads.py" "$work/truths/$started" --hold "$@" >"$work/output" 2>&1 &
    child=$!
    targets="$targets $child"
    wait_for 30 ready_or_dead "$child" "$truth" || fail "$wrapper $command is not ready in 30 s"
    [ -e "$truth" ] || fail "$wrapper $command: $(cat "$work/output")"
    # The innermost of those that unshare started.
    pid=$child
    while [ -n "$(cat "/proc/$pid/task/$pid/children")" ]; do
        pid=$(cat "/proc/$pid/task/$pid/children")
        pid=${pid% }
    done
    targets="$targets $pid"
    threads=$(grep -o '"tid"' "$truth" | wc -l)
    wait_for 10 has_threads "$threads" || fail "it does not come to have $threads threads"
    cp "$truth" "$truth.inside"
    python3 -B "$top/tests/live/outer_ids.py" "$truth" "$pid"
}

# end_inside - the first process of a PID namespace takes no other signal.
end_inside() {
    kill -KILL "$pid"
    targets=
    wait "$child" 2>/dev/null || true
}

# right TRUTH WHO... - the dump of process $seen by WHO has the stacks of the truth.
right() {
    told=$1
    shift
    "$@" "$app" dump "$seen" >"$work/dump" 2>"$work/errors" || fail "$*: $(cat "$work/errors")"
    python3 -B "$top/tests/live/check_dump.py" "$told" "$work/dump" || fail "$*: the dump"
}

# refused PATTERN WHO... - WHO may not read process $pid, and is told why in one line.
refused() {
    pattern=$1
    shift
    status=0
    "$@" "$app" dump "$pid" >"$work/dump" 2>"$work/errors" || status=$?
    [ "$status" -eq 1 ] || fail "status $status of $*: $(cat "$work/errors")"
    [ ! -s "$work/dump" ] || fail "$* is shown something"
    [ "$(wc -l <"$work/errors")" -eq 1 ] && grep -qE "^tachyon-top: .*$pattern" "$work/errors" ||
        fail "$*: $(cat "$work/errors")"
}

# From outside as root and as others, and from inside.
# shellcheck disable=SC2086  # commands and their arguments
from_all_sides() {
    start_inside "$contained" "$2"
    seen=$pid
    right "$truth"
    refused 'belongs to another user \(uid 0\).*sudo' $as_nobody
    seen=$(sed -n 's/.*"pid": \([0-9]*\).*/\1/p' "$truth.inside")
    right "$truth.inside" nsenter --target "$pid" --mount --pid
    end_inside
}

# Two PID namespaces, one in the other.
nested() {
    start_inside "$contained $contained" "$2"
    seen=$pid
    right "$truth"
    end_inside
}

# Another user in it, whom root and that user may read, but nobody else.
# shellcheck disable=SC2086  # commands and their arguments
of_another_user() {
    case $2 in
    *chroot*) user=$(echo "$2" | sed "s/chroot /chroot --userspec=$nobody:$nobody /") ;;
    /usr/*) user="$as_nobody $2" ;;
    *) return 77 ;; # in a home
    esac
    start_inside "$contained" "$user"
    seen=$pid
    right "$truth"
    right "$truth" $as_nobody
    refused 'belongs to another user' setpriv --reuid=1 --regid=1 --clear-groups
    end_inside
}

# One that an ordinary user makes, with a user namespace, and reads.
# shellcheck disable=SC2086  # commands and their arguments
of_a_user_namespace() {
    case $2 in /usr/*) ;; *) return 77 ;; esac
    if ! $as_nobody unshare --user --map-root-user true 2>/dev/null; then
        not_tested "user namespaces, as nobody may make one here"
        return
    fi
    start_inside "$as_nobody unshare --user --map-root-user $contained" "$2"
    seen=$pid
    right "$truth"
    right "$truth" $as_nobody
    refused 'belongs to another user' setpriv --reuid=1 --regid=1 --clear-groups
    refused 'another user namespace|belongs to another user' unshare --user --map-root-user
    end_inside
}

# An interpreter on an overlay file system, which tells other inodes and devices in one place than in another, and
# that is seen in the target's mount namespace only; at last the file is deleted.
# shellcheck disable=SC2086  # commands and their arguments
overlaid() {
    case $2 in *chroot*) return 77 ;; esac
    home=$("$2" -c 'import sys; print(sys.base_prefix)')
    library=$(ldd "$2" | sed -n 's/.*=> \(.*libpython[^ ]*\) .*/\1/p')
    cat >"$work/overlay" <<END
set -e
mkdir -p "$work/mounts"
mount -t tmpfs none "$work/mounts"
mkdir "$work/mounts/lower" "$work/mounts/over"
mount -t tmpfs none "$work/mounts/lower"
cp -L $2 "$work/mounts/lower/python"
[ -z "$library" ] || cp -L "$library" "$work/mounts/lower"
mount -t tmpfs none "$work/mounts/over"
mkdir "$work/mounts/over/upper" "$work/mounts/over/work" "$work/mounts/over/merged"
mount -t overlay none -o "lowerdir=$work/mounts/lower,upperdir=$work/mounts/over/upper,workdir=$work/mounts/over/work" \
    "$work/mounts/over/merged"
chmod 755 "$work/mounts" "$work/mounts"/* "$work/mounts/over"/*
export LD_LIBRARY_PATH="$work/mounts/over/merged" PYTHONHOME="$home"
exec "\$@"
END
    if ! unshare --mount sh "$work/overlay" true 2>"$work/errors"; then
        not_tested "overlay file systems: $(head -n 1 "$work/errors")"
        return
    fi
    case $2 in /usr/*) user=$as_nobody ;; *) user= ;; esac
    start_inside "unshare --mount sh $work/overlay $user" "$work/mounts/over/merged/python"
    seen=$pid
    right "$truth"
    [ -z "$user" ] || right "$truth" $user
    nsenter --target "$pid" --mount sh -c "rm $work/mounts/over/merged/*"
    right "$truth"
    [ -z "$user" ] || right "$truth" $user
    end_inside
}

for_each_python from_all_sides
for_each_python nested 3.11 3.15
for_each_python of_another_user
for_each_python of_a_user_namespace
for_each_python overlaid
