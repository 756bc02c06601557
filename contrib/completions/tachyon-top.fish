# Made from src/options_table.c by contrib/generate.

function __tachyon_top_command --description 'whether this command is meant'
    set -l words (commandline -opc)
    set -l command live
    for word in $words[2..-1]
        contains -- $word attach run dump doctor; and set command $word
        test $command = run; and break # what follows is its program's
    end
    test $command = attach; and contains -- --live $words; and set command live
    test $command = $argv[1]
end

complete -c tachyon-top -f
complete -c tachyon-top -n 'not __tachyon_top_command run' -a '(__fish_complete_pids)'
complete -c tachyon-top -n '__tachyon_top_command run' -F
complete -c tachyon-top -n __fish_is_first_arg -a attach -d 'sample a process, then print or write what was found'
complete -c tachyon-top -n __fish_is_first_arg -a run -d 'start a Python program and sample it from before its first line on'
complete -c tachyon-top -n __fish_is_first_arg -a dump -d 'print where each thread is now, like a traceback'
complete -c tachyon-top -n __fish_is_first_arg -a doctor -d 'tell what works here and on a process, and what changes what does not'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command dump' -s p -l pid -x -d 'look at these processes together; given again, at those as well'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command dump' -l name -x -d 'look at all Python processes whose command line, without the program'\''s folder, contains PATTERN or matches the regular expression /PATTERN/, also those that come later'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command dump' -l user -x -d 'the same for those whose effective user is USER, a name or a number'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command dump' -l cgroup -x -d 'the same for those in a cgroup: its path, or a part of it such as nginx or nginx.service, or the first digits of the id of a container. Of --name, --user and --cgroup, all that are given have to match'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run; or __tachyon_top_command dump' -l subprocesses -d 'with all Python processes that descend from them, or from the program that run starts, also those that come later, whatever programs are in between'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -s r -l sampling-rate -x -d 'rounds of samples per second, such as 1000, 1khz, 20k or 1mhz; max: as many as there can be'
complete -c tachyon-top -n '__tachyon_top_command attach; or __tachyon_top_command run' -s d -l duration -x -d 'how long to sample; without it until Ctrl-C, or until the process ends'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l mode -x -a 'wall cpu gil exception' -d 'which time counts: all of it, that on a CPU, that with the GIL, or that in which an exception is raised or handled'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l engine -x -a 'auto remote ride' -d 'from where to read: from any CPU, from that of the thread with the GIL, which cannot run meanwhile, or so only where too much else is torn and there is one process'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l budget -x -d 'how much of a CPU'\''s time tachyon-top may take, and the engine ride from the process: rounds are less often where they would take more (without it the engine ride may take 2)'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l blocking -d 'stop the thread that has the GIL by ptrace for each read, so that nothing is torn. The others go on: they cannot run Python. What it costs is told; where that would be more than half of the time, the rate is lowered'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l no-gc -d 'no frames ‹gc› where the collector is at work: its time is that of the function it interrupted'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l native-markers -d 'a frame ‹native› where a function called C code that called Python again (CPython 3.11 on)'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run; or __tachyon_top_command dump' -s t -l thread -x -d 'show only the thread that the kernel knows by this id'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run; or __tachyon_top_command dump' -s a -l all-threads -d 'show all threads, as is done without it'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l live -d 'show the live view, as is done when no command is named'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l view -x -a 'functions threads processes' -d 'the table to show or to write'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -s s -l sort -x -a 'self total self-time total-time trend function file hot-line process tid name state cpu gil gc exception wait idle samples ident pid command version threads share age outlier' -d 'the column to sort by'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run' -l filter -x -d 'only functions whose name or file, or threads whose name or function, contains TEXT or matches the regular expression /TEXT/'
complete -c tachyon-top -n '__tachyon_top_command attach; or __tachyon_top_command run' -s l -l limit -x -d 'print only the first so many rows'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command run' -l span -x -a 'window start' -d 'the time shown: the last seconds, or all since the start'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command run' -l window -x -d 'how many of the last seconds the window spans'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command run' -l refresh -x -d 'time from one picture to the next'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command run' -l theme -x -a 'auto dark light none' -d 'colours for a dark or a light background, or no colours'
complete -c tachyon-top -n '__tachyon_top_command attach; or __tachyon_top_command run' -l collapsed -d 'write a line for each stack, as flame graph programs read them'
complete -c tachyon-top -n '__tachyon_top_command attach; or __tachyon_top_command run; or __tachyon_top_command dump' -s o -l output -r -F -d 'write to FILE instead of standard output; a table as CSV or JSON when FILE ends so'
complete -c tachyon-top -n '__tachyon_top_command attach; or __tachyon_top_command run' -l stats -r -F -d 'write how the sampling went to FILE, as JSON'
complete -c tachyon-top -n '__tachyon_top_command live' -l snapshot -r -F -d 'show nothing, write the view to FILE as the key w would, and end'
complete -c tachyon-top -n '__tachyon_top_command live' -l after -x -d 'when to write the snapshot; without it when the window is full'
complete -c tachyon-top -n '__tachyon_top_command live; or __tachyon_top_command attach; or __tachyon_top_command run; or __tachyon_top_command dump' -s f -l force -d 'replace files that are already there'
complete -c tachyon-top -n '__tachyon_top_command run' -s m -l module -x -d 'run MODULE as python -m does; all that follows is given to it'
complete -c tachyon-top -n '__tachyon_top_command run' -l python -r -F -d 'the interpreter, looked for in PATH'
complete -c tachyon-top -n '__tachyon_top_command run' -l stdin -r -F -d 'give it FILE as standard input; without it, it has that of this command, and with --live none'
complete -c tachyon-top -s h -l help -d 'print this help, or after a command the help of that command'
complete -c tachyon-top -s V -l version -d 'print the version'
