# shellcheck shell=sh
# packages.sh - what tachyon-top needs from Debian, and how to get it. Read by quickstart and check.

# shellcheck disable=SC2034  # used by those that read this
BUILD_PACKAGES="autoconf automake make gcc libc6-dev pkgconf libncurses-dev libunwind-dev \
uthash-dev libelf-dev libjansson-dev"
# shellcheck disable=SC2034
DEMO_PACKAGES="python3"
# shellcheck disable=SC2034
TEST_PACKAGES="python3 libcmocka-dev tmux procps util-linux mandoc debootstrap gpgv \
debian-archive-keyring xz-utils libpython3-dev gunicorn musl-tools"

# as_root COMMAND... - runs it as root, through sudo where needed.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# install_missing PACKAGE... - installs those that are not there; quiet when none is missing.
install_missing() {
    command -v dpkg-query >/dev/null || return 0 # no Debian: configure names what is missing
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    missing=
    for package in "$@"; do
        printf '%s\n' "$installed" | grep -qxF "installed $package" || missing="$missing $package"
    done
    [ -n "$missing" ] || return 0

    if [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; then
        echo "Installing the packages$missing"
        # A source of someone else's that is out of order must not stop it: the install tells.
        as_root apt-get -qq update || true
        # shellcheck disable=SC2086  # a list of words
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
            -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 install $missing >/dev/null && return 0
    fi
    echo "Packages are missing. As root: apt-get install$missing" >&2
    return 1
}

# build_in FOLDER [CONFIGURE_OPTION...] - builds the tree at $top there; quiet when there is nothing
# to do. What the tools say goes to FOLDER/build.log, and is shown when they fail.
build_in() {
    : "${top:?}"
    mkdir -p "$1"
    if [ -e "$1/built" ] && [ -z "$(find "$top/src" "$top/tui" "$top/configure.ac" \
            "$top/Makefile.am" -newer "$1/built")" ]; then
        return 0
    fi
    echo "Building in $1"
    if ! configure_and_make "$@" >"$1/build.log" 2>&1; then
        cat "$1/build.log" >&2
        echo "The build failed; the above is in $1/build.log" >&2
        return 1
    fi
    touch "$1/built"
}

configure_and_make() (
    folder=$1
    shift
    { [ -e "$top/configure" ] && [ -e "$top/Makefile.in" ]; } || (cd "$top" && autoreconf -fi) &&
        cd "$folder" &&
        { [ -e Makefile ] || "$top/configure" "$@"; } &&
        make -j "$(nproc)" all
)
