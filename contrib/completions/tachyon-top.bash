# Made from src/options_table.c by contrib/generate.

_tachyon_top_files()
{
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
}

_tachyon_top()
{
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command=live live= options= word

    # bash cuts --option=value at the =.
    if [[ $current == = ]]; then
        current=
    elif [[ $previous == = ]]; then
        previous=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    COMPREPLY=()
    case $previous in
    -p | --pid)
        return
        ;;
    --name)
        return
        ;;
    --user)
        return
        ;;
    --cgroup)
        return
        ;;
    -r | --sampling-rate)
        return
        ;;
    -d | --duration)
        return
        ;;
    --mode)
        COMPREPLY=($(compgen -W 'wall cpu gil exception' -- "$current"))
        return
        ;;
    --engine)
        COMPREPLY=($(compgen -W 'auto remote ride' -- "$current"))
        return
        ;;
    --budget)
        return
        ;;
    -t | --thread)
        return
        ;;
    --view)
        COMPREPLY=($(compgen -W 'functions threads processes' -- "$current"))
        return
        ;;
    -s | --sort)
        COMPREPLY=($(compgen -W 'self total self-time total-time trend function file hot-line process tid name state cpu gil gc exception wait idle samples ident pid command version threads share age outlier' -- "$current"))
        return
        ;;
    --filter)
        return
        ;;
    -l | --limit)
        return
        ;;
    --span)
        COMPREPLY=($(compgen -W 'window start' -- "$current"))
        return
        ;;
    --window)
        return
        ;;
    --refresh)
        return
        ;;
    --theme)
        COMPREPLY=($(compgen -W 'auto dark light none' -- "$current"))
        return
        ;;
    -o | --output)
        _tachyon_top_files
        return
        ;;
    --stats)
        _tachyon_top_files
        return
        ;;
    --snapshot)
        _tachyon_top_files
        return
        ;;
    --after)
        return
        ;;
    -m | --module)
        return
        ;;
    --python)
        _tachyon_top_files
        return
        ;;
    --stdin)
        _tachyon_top_files
        return
        ;;
    esac

    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
        attach | run | dump | doctor) command=$word ;;
        --live) live=1 ;;
        esac
        [[ $command == run ]] && break # what follows is its program's
    done
    [[ $command$live == attach1 ]] && command=live
    case $command in
    live) options='--pid --name --user --cgroup --subprocesses --sampling-rate --mode --engine --budget --blocking --no-gc --native-markers --thread --all-threads --live --view --sort --filter --span --window --refresh --theme --snapshot --after --force --help --version ' ;;
    attach) options='--pid --name --user --cgroup --subprocesses --sampling-rate --duration --mode --engine --budget --blocking --no-gc --native-markers --thread --all-threads --live --view --sort --filter --limit --collapsed --output --stats --force --help --version ' ;;
    run) options='--subprocesses --sampling-rate --duration --mode --engine --budget --blocking --no-gc --native-markers --thread --all-threads --live --view --sort --filter --limit --span --window --refresh --theme --collapsed --output --stats --force --module --python --stdin --help --version ' ;;
    dump) options='--pid --name --user --cgroup --subprocesses --thread --all-threads --output --force --help --version ' ;;
    doctor) options='--help --version ' ;;
    esac
    if [[ $current == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$current"))
        return
    fi
    if [[ $command == run ]]; then
        _tachyon_top_files
        return
    fi
    options=$(pgrep python)
    ((COMP_CWORD == 1)) && options+=' attach run dump doctor'
    COMPREPLY=($(compgen -W "$options" -- "$current"))
}

complete -F _tachyon_top tachyon-top
