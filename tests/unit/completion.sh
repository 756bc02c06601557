#!/bin/sh
# completion - what bash offers for the words of a command line.
set -eu

command -v bash >/dev/null || { echo "SKIP: bash is not installed" >&2; exit 77; }
completion=$(cd "${srcdir:-.}" && pwd)/contrib/completions/tachyon-top.bash
folder=$(mktemp -d /tmp/completion.XXXXXX)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
touch 'job one.py' jobs.txt
mkdir jobs

# offers EXPECTED WORD... - with a space between what is offered at the last word. A process of Python is 4242.
offers() {
    expected=$1
    shift
    # shellcheck disable=SC2016  # for that shell
    found=$(bash -c '
        compopt() { :; } # works only where bash itself completes
        pgrep() { echo 4242; }
        . "$1"
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _tachyon_top
        printf "%s\n" "${COMPREPLY[@]}"' bash "$completion" tachyon-top "$@" | sort | paste -sd ' ')
    [ "$found" = "$expected" ] || { echo "of '$*': '$found', and not '$expected'" >&2; exit 1; }
}

offers '4242 attach doctor dump run' ''
offers run r
offers 4242 attach ''
offers 4242 dump 4
offers '' dump jo
offers 'functions processes threads' attach --view ''
offers '--stats --stdin' run --st

# A program is a file, and what it gets often is.
offers 'job one.py jobs jobs.txt' run ''
offers 'jobs jobs.txt' run jobs
offers 'job one.py jobs jobs.txt' run --live -r 100 jo
offers 'job one.py jobs jobs.txt' -r 100 run jo
offers '' run 4
offers 'jobs jobs.txt' run jobs.txt dump jobs
echo ok
