#!/bin/sh
# What is made from tables is in step with them, and the programs it is made for take it.
set -eu

: "${srcdir:=.}"
export srcdir

contrib/generate

# have PROGRAM - whether it is there; says so when it is not.
have() {
    command -v "$1" >/dev/null || { echo "no $1 here: not checked with it"; return 1; }
}

completions=$srcdir/contrib/completions
! have mandoc || mandoc -T lint -W warning "$srcdir/doc/tachyon-top.1"
! have bash || bash -n "$completions/tachyon-top.bash"
! have zsh || zsh -n "$completions/_tachyon-top"
! have fish || fish -n "$completions/tachyon-top.fish"
