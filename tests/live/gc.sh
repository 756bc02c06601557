#!/bin/sh
# gc - time that the collector takes is told as its own, below the function that it interrupted.
. "${srcdir:-.}/tests/live/lib.sh"

need python3

# Half of the CPU time is the collector's, called from collect(), which takes none itself.
measure() {
    rm -f "$work/stacks"
    "$tachyon_top" attach -d 4 --mode cpu --collapsed -o "$work/stacks" "$pid" 2>"$work/notes" ||
        fail "status $?: $(cat "$work/notes")"
    python3 - "$work/stacks" <<'END'
import sys
total = collecting = other = 0
for line in open(sys.argv[1], encoding="utf-8"):
    stack, count = line.rsplit(" ", 1)
    frames = stack.split(";")
    total += int(count)
    if frames[-1] == "‹gc›":
        collecting += int(count)
        if ":collect:" not in frames[-2]:
            other += int(count)
print("of %d samples %.1f %% in the collector, %d of these not below collect()" %
      (total, 100 * collecting / total, other))
sys.exit(not (0.45 < collecting / total < 0.55 and other * 100 < total))
END
}

half() {
    start_target "$2" garbage
    undisturbed measure
}

for_each_python half
