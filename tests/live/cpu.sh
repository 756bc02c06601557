# shellcheck shell=sh
# cpu.sh - the CPU time of a process.

# cpu_ns PID - the time that its threads have run on a CPU.
cpu_ns() {
    cat /proc/"$1"/task/*/schedstat | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# measure PID SECONDS - how much of a core it uses during that time, in percent.
measure() {
    before="$(date +%s%N) $(cpu_ns "$1")"
    sleep "$2"
    echo "$before $(date +%s%N) $(cpu_ns "$1")" |
        awk '{ printf "%.2f\n", 100 * ($4 - $2) / ($3 - $1) }'
}
