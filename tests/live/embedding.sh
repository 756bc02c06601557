#!/bin/sh
# embedding - a Python inside another program: linked with libpython, or with its archive and stripped, or loaded by
# dlopen.
. "${srcdir:-.}/tests/live/lib.sh"

need python3
command -v cc >/dev/null || skip "there is no C compiler"

# told_by COMMAND NAME - a variable of the interpreter's build.
told_by() {
    "$1" -c 'import sys, sysconfig; print(sysconfig.get_config_var(sys.argv[1]) or "")' "$2"
}

# embedded PROGRAM - its stacks are those that it tells.
embedded() {
    check_held "env PYTHONHOME=$home LD_LIBRARY_PATH=$folder $1" deep
    echo "read: ${1##*/}"
}

in_programs() {
    case $2 in *\ *) return 77 ;; esac # in another root
    include=$("$2" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    home=$("$2" -c 'import sys; print(sys.base_prefix)')
    folder=$(told_by "$2" LIBDIR)
    library=$(told_by "$2" INSTSONAME)
    archive=$(told_by "$2" LIBPL)/$(told_by "$2" LIBRARY)
    [ -e "$include/Python.h" ] || { echo "there are no headers of it"; return 77; }
    [ -e "$folder/$library" ] || folder=$folder/$(told_by "$2" MULTIARCH)
    compile="cc -w -I$include $top/tests/live/embedding.c"
    any=
    case $library in
    *.so*)
        if [ -e "$folder/$library" ]; then
            # shellcheck disable=SC2086  # a command and its arguments
            $compile -o "$work/linked" -L"$folder" -l:"$library"
            $compile -o "$work/loaded" -DLIBRARY="\"$folder/$library\"" -ldl
            embedded "$work/linked"
            embedded "$work/loaded"
            any=yes
        fi
        ;;
    esac
    if [ -e "$archive" ]; then
        # shellcheck disable=SC2046,SC2086
        $compile -o "$work/static" "$archive" $(told_by "$2" LIBS) $(told_by "$2" SYSLIBS) $(told_by "$2" MODLIBS) \
            2>"$work/errors" && strip --strip-all "$work/static" && embedded "$work/static" && any=yes ||
            echo "not tested: the archive: $(tail -n 1 "$work/errors")"
    fi
    [ -n "$any" ] || { echo "there is no library of it"; return 77; }
}

for_each_python in_programs
for_each_free_threaded in_programs
