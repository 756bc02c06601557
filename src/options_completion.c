#include <string.h>

#include "options.h"
#include "options_table.h"

#define MADE "# Made from src/options_table.c by contrib/generate."

static bool belongs(const struct option_row *row, enum options_command command)
{
    return (row->commands & 1u << command) != 0;
}

static const char *command_key(enum options_command command)
{
    return COMMAND_ROWS[command].name[0] ? COMMAND_ROWS[command].name : "live";
}

/* The names of the commands that have one, between spaces or another separator. */
static void write_commands(FILE *stream, const char *separator)
{
    const char *before = "";

    for (enum options_command i = 0; i < COMMANDS; i++)
        if (COMMAND_ROWS[i].name[0]) {
            fprintf(stream, "%s%s", before, COMMAND_ROWS[i].name);
            before = separator;
        }
}

/* Whether what stands behind a command is a program, with words of its own, and else a process. */
static bool starts_program(enum options_command command)
{
    return COMMAND_ROWS[command].words == PROGRAM_WORDS;
}

/* The command that does. */
static const char *program_command(void)
{
    enum options_command command = 0;

    while (!starts_program(command))
        command++;
    return COMMAND_ROWS[command].name;
}

static bool has_words(const struct option_row *row)
{
    return row->kind == KIND_WORD || row->kind == KIND_SORT;
}

/* Whether the columns of an earlier view have one of that name too. */
static bool seen_before(enum view_kind view, const char *word)
{
    for (enum view_kind earlier = 0; earlier < view; earlier++) {
        size_t count;
        const struct view_sort *sorts = view_sorts(earlier, &count);

        for (size_t i = 0; i < count; i++)
            if (strcmp(sorts[i].word, word) == 0)
                return true;
    }
    return false;
}

/* The words that an option takes, with a space between them. */
static void write_words(FILE *stream, const struct option_row *row)
{
    const char *before = "";

    for (size_t i = 0; row->kind == KIND_WORD && row->words[i]; i++) {
        fprintf(stream, "%s%s", before, row->words[i]);
        before = " ";
    }
    for (enum view_kind view = 0; row->kind == KIND_SORT && view < VIEW_KINDS; view++) {
        size_t count;
        const struct view_sort *sorts = view_sorts(view, &count);

        for (size_t i = 0; i < count; i++)
            if (!seen_before(view, sorts[i].word)) {
                fprintf(stream, "%s%s", before, sorts[i].word);
                before = " ";
            }
    }
}

/* A text within '…' of a shell. */
static void write_quoted(FILE *stream, const char *text, const char *escaped)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", stream);
        else if (strchr(escaped, *text))
            fprintf(stream, "\\%c", *text);
        else
            putc(*text, stream);
    }
}

/* --- bash ----------------------------------------------------------------------------------- */

/* A case of the word before the one to be completed. */
static void write_bash_argument(FILE *stream, const struct option_row *row)
{
    fputs("    ", stream);
    if (row->letter)
        fprintf(stream, "-%c | ", row->letter);
    fprintf(stream, "--%s)\n", row->name);
    if (has_words(row)) {
        fputs("        COMPREPLY=($(compgen -W '", stream);
        write_words(stream, row);
        fputs("' -- \"$current\"))\n", stream);
    } else if (row->kind == KIND_FILE) {
        fputs("        _tachyon_top_files\n", stream);
    }
    fputs("        return\n        ;;\n", stream);
}

static void write_bash(FILE *stream)
{
    fputs(MADE "\n\n_tachyon_top_files()\n{\n    compopt -o filenames\n"
          "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n}\n\n_tachyon_top()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local command=live live= options= word\n\n"
          "    # bash cuts --option=value at the =.\n"
          "    if [[ $current == = ]]; then\n        current=\n"
          "    elif [[ $previous == = ]]; then\n"
          "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n    fi\n"
          "    COMPREPLY=()\n    case $previous in\n", stream);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (OPTION_ROWS[i].argument)
            write_bash_argument(stream, &OPTION_ROWS[i]);
    fputs("    esac\n\n    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
          "        case $word in\n        ", stream);
    write_commands(stream, " | ");
    fputs(") command=$word ;;\n        --live) live=1 ;;\n        esac\n", stream);
    fprintf(stream, "        [[ $command == %s ]] && break # what follows is its program's\n    done\n",
            program_command());
    fputs("    [[ $command$live == attach1 ]] && command=live\n    case $command in\n", stream);
    for (enum options_command i = 0; i < COMMANDS; i++) {
        fprintf(stream, "    %s) options='", command_key(i));
        for (size_t row = 0; row < OPTION_COUNT; row++)
            if (belongs(&OPTION_ROWS[row], i))
                fprintf(stream, "--%s ", OPTION_ROWS[row].name);
        fputs("' ;;\n", stream);
    }
    fputs("    esac\n    if [[ $current == -* ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n        return\n    fi\n", stream);
    fprintf(stream, "    if [[ $command == %s ]]; then\n        _tachyon_top_files\n        return\n    fi\n",
            program_command());
    fputs("    options=$(pgrep python)\n    ((COMP_CWORD == 1)) && options+=' ", stream);
    write_commands(stream, " ");
    fputs("'\n    COMPREPLY=($(compgen -W \"$options\" -- \"$current\"))\n}\n\n"
          "complete -F _tachyon_top " PROGRAM "\n", stream);
}

/* --- zsh ------------------------------------------------------------------------------------ */

/* An option as _arguments takes it. */
static void write_zsh_option(FILE *stream, const struct option_row *row)
{
    const char *equals = row->argument ? "=" : "";

    fputs("            ", stream);
    if (row->kind == KIND_PIDS) /* may be given again */
        fprintf(stream, "'*'{-%c+,--%s=}'", row->letter, row->name);
    else if (row->letter)
        fprintf(stream, "'(-%c --%s)'{-%c%s,--%s%s}'", row->letter, row->name, row->letter,
                row->argument ? "+" : "", row->name, equals);
    else
        fprintf(stream, "'--%s%s", row->name, equals);
    putc('[', stream);
    write_quoted(stream, row->help, "[]\\");
    putc(']', stream);
    if (row->argument)
        fprintf(stream, ":%s:", row->argument);
    if (has_words(row)) {
        putc('(', stream);
        write_words(stream, row);
        putc(')', stream);
    } else if (row->kind == KIND_FILE) {
        fputs("_files", stream);
    }
    fputs("' \\\n", stream);
}

static void write_zsh(FILE *stream)
{
    fputs("#compdef " PROGRAM "\n" MADE "\n\n"
          "local word command=live live=\n\nfor word in ${words[2,CURRENT-1]}; do\n"
          "    case $word in\n        (", stream);
    write_commands(stream, "|");
    fputs(") command=$word ;;\n        (--live) live=1 ;;\n    esac\n", stream);
    fprintf(stream, "    [[ $command == %s ]] && break # what follows is its program's\ndone\n",
            program_command());
    fputs("[[ $command$live == attach1 ]] && command=live\n\n"
          "_tachyon_top_word() {\n    local -a commands\n    commands=(\n", stream);
    for (enum options_command i = 0; i < COMMANDS; i++)
        if (COMMAND_ROWS[i].name[0]) {
            fprintf(stream, "        '%s:", COMMAND_ROWS[i].name);
            write_quoted(stream, COMMAND_ROWS[i].help, ":\\");
            fputs("'\n", stream);
        }
    fputs("    )\n    (( CURRENT == 2 )) && _describe command commands\n    _pids\n}\n\n"
          "case $command in\n", stream);
    for (enum options_command i = 0; i < COMMANDS; i++) {
        fprintf(stream, "    (%s)\n        _arguments -s \\\n", command_key(i));
        for (size_t row = 0; row < OPTION_COUNT; row++)
            if (belongs(&OPTION_ROWS[row], i))
                write_zsh_option(stream, &OPTION_ROWS[row]);
        fprintf(stream, "            '*:%s'\n        ;;\n",
                starts_program(i) ? "program:_files" : "process:_tachyon_top_word");
    }
    fputs("esac\n", stream);
}

/* --- fish ----------------------------------------------------------------------------------- */

/* The condition under which an option goes with the command line. */
static void write_fish_condition(FILE *stream, unsigned commands)
{
    const char *before = "";

    if (commands == FOR_ALL)
        return;
    fputs(" -n '", stream);
    for (enum options_command i = 0; i < COMMANDS; i++)
        if (commands & 1u << i) {
            fprintf(stream, "%s__tachyon_top_command %s", before, command_key(i));
            before = "; or ";
        }
    putc('\'', stream);
}

static void write_fish_option(FILE *stream, const struct option_row *row)
{
    fputs("complete -c " PROGRAM, stream);
    write_fish_condition(stream, row->commands);
    if (row->letter)
        fprintf(stream, " -s %c", row->letter);
    fprintf(stream, " -l %s", row->name);
    if (row->argument)
        fputs(row->kind == KIND_FILE ? " -r -F" : " -x", stream);
    if (has_words(row)) {
        fputs(" -a '", stream);
        write_words(stream, row);
        putc('\'', stream);
    }
    fputs(" -d '", stream);
    write_quoted(stream, row->help, "\\");
    fputs("'\n", stream);
}

static void write_fish(FILE *stream)
{
    fputs(MADE "\n\nfunction __tachyon_top_command --description 'whether this command is meant'\n"
          "    set -l words (commandline -opc)\n    set -l command live\n"
          "    for word in $words[2..-1]\n        contains -- $word ", stream);
    write_commands(stream, " ");
    fputs("; and set command $word\n", stream);
    fprintf(stream, "        test $command = %s; and break # what follows is its program's\n    end\n",
            program_command());
    fputs("    test $command = attach; and contains -- --live $words; and set command live\n"
          "    test $command = $argv[1]\nend\n\n"
          "complete -c " PROGRAM " -f\n", stream);
    fprintf(stream, "complete -c " PROGRAM " -n 'not __tachyon_top_command %s' -a '(__fish_complete_pids)'\n",
            program_command());
    fprintf(stream, "complete -c " PROGRAM " -n '__tachyon_top_command %s' -F\n", program_command());
    for (enum options_command i = 0; i < COMMANDS; i++)
        if (COMMAND_ROWS[i].name[0]) {
            fprintf(stream, "complete -c " PROGRAM " -n __fish_is_first_arg -a %s -d '",
                    COMMAND_ROWS[i].name);
            write_quoted(stream, COMMAND_ROWS[i].help, "\\");
            fputs("'\n", stream);
        }
    for (size_t i = 0; i < OPTION_COUNT; i++)
        write_fish_option(stream, &OPTION_ROWS[i]);
}

bool options_write_completion(FILE *stream, const char *shell)
{
    static const struct {
        const char *shell;
        void (*write)(FILE *stream);
    } SHELLS[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};

    for (size_t i = 0; i < sizeof SHELLS / sizeof SHELLS[0]; i++)
        if (strcmp(shell, SHELLS[i].shell) == 0) {
            SHELLS[i].write(stream);
            return true;
        }
    return false;
}
