#include "python/runtime.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clean.h"
#include "memory/elf.h"
#include "memory/loaded.h"
#include "memory/process.h"
#include "memory/refusal.h"
#include "python/proof.h"
#include "python/search.h"
#include "python/version.h"

enum {
    LOOKS_MAX = 32,
    INTERPRETERS_COUNTED_MAX = 16384, /* beyond those that there is room for */
};

/* What is looked for in each mapped file. _Py_NegativeRefcount() is there with Py_REF_DEBUG only, which Py_DEBUG
   implies (Include/object.h; from 3.14 on Include/refcount.h), _Py_ForgetReference() to 3.12 with Py_TRACE_REFS
   only (Include/cpython/object.h; 3.8: Include/object.h). */
enum {
    SYMBOL_RUNTIME,
    SYMBOL_VERSION,
    SYMBOL_SECTION,
    SYMBOL_ANY_PYTHON,
    SYMBOL_DEBUG,
    SYMBOL_TRACE_REFS,
    SYMBOLS,
};

/* What a file's symbols say, `bias` away from where it tells. */
static void take_symbols(struct runtime_file *file, const struct elf_symbol *symbols, uint64_t bias)
{
    const struct elf_symbol *runtime =
        &symbols[symbols[SYMBOL_RUNTIME].found ? SYMBOL_RUNTIME : SYMBOL_SECTION];

    if (runtime->found)
        file->runtime = remote_at(runtime->address + bias);
    if (symbols[SYMBOL_VERSION].found)
        file->version = remote_at(symbols[SYMBOL_VERSION].address + bias);
    file->by_section = runtime->found && !symbols[SYMBOL_RUNTIME].found;
    file->is_python = runtime->found || symbols[SYMBOL_ANY_PYTHON].found;
    file->is_debug = file->is_python && symbols[SYMBOL_DEBUG].found;
    file->traces_refs = file->is_python && symbols[SYMBOL_TRACE_REFS].found;
}

/* In the file itself, or in what the process has loaded of it. */
static void search_file(pid_t pid, struct reader *reader, const struct mapped_file *mapped,
                        struct runtime_file *file)
{
    struct elf_symbol symbols[SYMBOLS] = {
        [SYMBOL_RUNTIME] = {.name = "_PyRuntime"},
        [SYMBOL_VERSION] = {.name = "Py_Version"},
        [SYMBOL_SECTION] = {.name = ".PyRuntime"},
        [SYMBOL_ANY_PYTHON] = {.name = "Py_Main"},
        [SYMBOL_DEBUG] = {.name = "_Py_NegativeRefcount"},
        [SYMBOL_TRACE_REFS] = {.name = "_Py_ForgetReference"},
    };
    uint64_t load_address;
    const int fd = mapped_file_open(pid, mapped);

    if (fd >= 0 && elf_find(fd, mapped->offset, &load_address, symbols, SYMBOLS))
        take_symbols(file, symbols, mapped->start.value - load_address);
    if (fd >= 0)
        close(fd);
    if (!file->is_python && mapped->offset == 0 && loaded_find(reader, mapped->start, symbols, SYMBOLS)) {
        take_symbols(file, symbols, 0);
        file->by_memory = file->is_python;
    }
    if (fd < 0 && !file->is_python) {
        file->unopened++;
        snprintf(file->unopened_path, sizeof file->unopened_path, "%s", mapped->path);
    }
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

/* Whether a file is musl, or made for it: /lib/ld-musl-x86_64.so.1 is both its linker and its library. */
static bool is_of_musl(const char *path)
{
    return strstr(path, "-musl") != NULL;
}

/* Looks where it is most likely first: the executable (mapped lowest or not, it has "python" in its
   name more often than not), libpython, then everything else that holds code. */
static bool search_process(pid_t pid, struct reader *reader, struct runtime_file *file,
                           struct error *error)
{
    struct mapped_files files;

    *file = (struct runtime_file){0};
    if (!mapped_files_read(pid, &files, error))
        return false;
    for (int likely = 1; likely >= 0 && !file->is_python; likely--) {
        for (size_t i = 0; i < files.count && !file->is_python; i++) {
            const struct mapped_file *mapped = &files.files[i];
            const bool named = strstr(base_name(mapped->path), "python") != NULL;

            if (!mapped->executable || named != (likely == 1))
                continue;
            search_file(pid, reader, mapped, file);
            if (file->is_python)
                snprintf(file->path, sizeof file->path, "%s", mapped->path);
        }
    }
    for (size_t i = 0; i < files.count && !file->with_musl; i++)
        file->with_musl = is_of_musl(files.files[i].path);
    mapped_files_free(&files);
    return true;
}

/* A file that cannot be opened may be the one that holds CPython. */
static bool not_told(pid_t pid, const struct runtime_file *file, struct error *error)
{
    static const char DELETED[] = " (deleted)";
    const size_t length = strlen(file->unopened_path);
    const bool deleted = length >= sizeof DELETED - 1 &&
                         strcmp(file->unopened_path + length - (sizeof DELETED - 1), DELETED) == 0;
    char path[sizeof file->unopened_path];

    clean_utf8(path, sizeof path, file->unopened_path, length);
    return error_set(error, ERROR_PERMISSION,
                     "it cannot be told whether process %d is a Python process: %s, of which it runs "
                     "code, %s; run tachyon-top with sudo%s",
                     (int)pid, path, deleted ? "is not there any more" : "cannot be opened",
                     deleted ? ", or start the program anew" : "");
}

bool runtime_search(struct runtime_file *file, pid_t pid, struct reader *reader, struct error *error)
{
    const pid_t id = process_memory_id(pid);

    if (!search_process(id, reader, file, error))
        return false;
    if (remote_is_null(file->runtime) && search_runtime(id, reader, &file->runtime, &file->version_hex)) {
        file->path[0] = '\0';
        file->is_python = true;
    }
    if (!file->is_python && file->unopened > 0)
        return not_told(pid, file, error);
    if (!file->is_python)
        return error_set(error, ERROR_NOT_PYTHON,
                         "process %d is not a Python process: no CPython is mapped in it", (int)pid);
    return true;
}

/* "3.9" from ".../libpython3.9.so.1.0", or "" when the name tells none. */
static void version_in_name(const char *path, char *version, size_t room)
{
    const char *at = strstr(base_name(path), "python");
    size_t length = 0;

    if (at != NULL) {
        at += strlen("python");
        while (isdigit((unsigned char)at[length]) ||
               (length > 0 && at[length] == '.' && isdigit((unsigned char)at[length + 1]) &&
                memchr(at, '.', length) == NULL))
            length++;
    }
    snprintf(version, room, "%.*s", (int)length, at != NULL ? at : "");
}

static bool too_old(const char *path, struct error *error)
{
    char version[16];

    version_in_name(path, version, sizeof version);
    return error_set(error, ERROR_VERSION,
                     "this is CPython %s, and tachyon-top reads %s: it is too old",
                     version[0] != '\0' ? version : "3.7 or earlier", LAYOUT_VERSIONS);
}

static bool is_served(const char *version)
{
    char served[16];

    for (size_t i = 0; layout_silent(i) != NULL; i++) {
        snprintf(served, sizeof served, "%u.%u", layout_silent(i)->version >> 8,
                 layout_silent(i)->version & 0xffu);
        if (strcmp(version, served) == 0)
            return true;
    }
    return false;
}

/* It is too old, or has no interpreter now that would tell. */
static bool no_version(const char *path, struct error *error)
{
    char version[16];

    version_in_name(path, version, sizeof version);
    if (version[0] != '\0' && !is_served(version))
        return too_old(path, error);
    return error_set(error, ERROR_READ,
                     "this Python does not tell its version: it is starting up or shutting down, is built in "
                     "an unusual way, or is none of %s",
                     LAYOUT_VERSIONS);
}

static bool select_layout(struct runtime *runtime, struct reader *reader,
                          const struct runtime_file *file, struct error *error)
{
    unsigned char head[LAYOUT_HEAD_BYTES];
    uint64_t version = 0;

    if (!reader_read(reader, file->runtime, head, sizeof head))
        return reader_failed(errno, "the runtime of this Python", error);
    runtime->address = file->runtime;
    runtime->version_hex = layout_head_version(head, sizeof head);
    if (runtime->version_hex == 0)
        runtime->version_hex = file->version_hex;
    if (runtime->version_hex == 0 && !remote_is_null(file->version)) {
        if (!reader_read_word(reader, file->version, &version))
            return reader_failed(errno, "the version of this Python", error);
        runtime->version_hex = (uint32_t)version;
    }
    if (runtime->version_hex == 0)
        runtime->version_hex = version_find(reader, file->runtime); /* stripped, or to 3.10 */
    if (file->traces_refs && runtime->version_hex >> 16 < LAYOUT_TOLD_FROM)
        return error_set(error, ERROR_VERSION,
                         "this CPython is built --with-trace-refs, which to 3.12 gives objects a shape that "
                         "tachyon-top does not read; run the program under a build without that");
    if (runtime->version_hex == 0)
        return no_version(file->path, error);
    return layout_select(&runtime->layout, runtime->version_hex, head, sizeof head, error);
}

bool runtime_find(struct runtime *runtime, pid_t pid, struct reader *reader, struct error *error)
{
    struct runtime_file file;

    *runtime = (struct runtime){0};
    if (!runtime_search(&file, pid, reader, error))
        return false;
    if (remote_is_null(file.runtime))
        return too_old(file.path, error);
    runtime->is_debug = file.is_debug;
    if (!select_layout(runtime, reader, &file, error))
        return error->code == ERROR_PERMISSION ? refusal_explain(pid, error) : false;
    layout_set_musl(&runtime->layout, file.with_musl);
    if (!runtime_still_there(runtime, reader) && runtime->layout.is_guess)
        return layout_misread(&runtime->layout, runtime->version_hex, error);
    if (!runtime_still_there(runtime, reader))
        return error_set(error, ERROR_READ,
                         "the Python in process %d runs no interpreter: it is starting up or shutting "
                         "down, or is built in an unusual way",
                         (int)pid);
    if (runtime->layout.is_guess && proof_find(runtime, reader) == PROOF_AGAINST)
        return layout_misread(&runtime->layout, runtime->version_hex, error);
    return true;
}

uint16_t runtime_read_as(const struct runtime *runtime)
{
    return runtime->layout.is_guess ? (uint16_t)runtime->layout.version : 0;
}

static bool read_interpreter(const struct runtime *runtime, struct reader *reader,
                             remote_addr address, struct interpreter *interpreter,
                             remote_addr *next)
{
    const struct layout *layout = &runtime->layout;

    interpreter->address = address;
    interpreter->gc_collecting = layout->interpreter.gc_collecting != LAYOUT_NONE
                                     ? remote_plus(address, layout->interpreter.gc_collecting)
                                     : remote_plus(runtime->address, layout->runtime.gc_collecting);
    if (!reader_read_word(reader, remote_plus(address, layout->interpreter.id),
                          (uint64_t *)&interpreter->id) ||
        !reader_read_pointer(reader, address, layout->interpreter.next, next) ||
        !reader_read_pointer(reader, address, layout->interpreter.threads_head,
                             &interpreter->first_thread))
        return false;
    if (layout->interpreter.gil != LAYOUT_NONE)
        return reader_read_pointer(reader, address, layout->interpreter.gil, &interpreter->gil);
    interpreter->gil = remote_plus(runtime->address, layout->runtime.gil);
    return true;
}

/* struct pyinterpreters: .main stands behind .head (Include/internal/pycore_runtime.h; 3.8: pycore_pystate.h). */
static bool read_main_interpreter(const struct runtime *runtime, struct reader *reader, struct interpreter *interpreter)
{
    remote_addr address, next;

    return reader_read_pointer(reader, runtime->address, runtime->layout.runtime.interpreters_head + 8, &address) &&
           !remote_is_null(address) && read_interpreter(runtime, reader, address, interpreter, &next);
}

/* And behind that stands .next_id. */
bool runtime_interpreters_mark(const struct runtime *runtime, struct reader *reader, struct interpreters_mark *mark)
{
    uint64_t words[3];

    if (!reader_read(reader, remote_plus(runtime->address, runtime->layout.runtime.interpreters_head), words,
                     sizeof words))
        return false;
    *mark = (struct interpreters_mark){.newest = words[0], .next_id = words[2]};
    return true;
}

bool runtime_has_gil(const struct runtime *runtime, struct reader *reader)
{
    const uint32_t enabled_at = runtime->layout.gil.enabled;
    struct interpreter interpreter;
    int32_t enabled;

    return enabled_at == LAYOUT_NONE || !read_main_interpreter(runtime, reader, &interpreter) ||
           !reader_read(reader, remote_plus(interpreter.gil, enabled_at), &enabled, sizeof enabled) ||
           enabled != 0;
}

static bool is_among(remote_addr address, const struct interpreter *interpreters, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (remote_equal(interpreters[i].address, address))
            return true;
    return false;
}

/* Where there was no room for all, puts the main interpreter, the last in the list, in the last place. */
static void keep_main(const struct runtime *runtime, struct reader *reader, struct interpreter *interpreters,
                      size_t room)
{
    struct interpreter found;

    if (read_main_interpreter(runtime, reader, &found) && !is_among(found.address, interpreters, room - 1))
        interpreters[room - 1] = found;
}

size_t runtime_interpreters(const struct runtime *runtime, struct reader *reader,
                            struct interpreter *interpreters, size_t room, bool *whole)
{
    remote_addr address;
    size_t count = 0;

    *whole = false;
    if (!reader_read_pointer(reader, runtime->address, runtime->layout.runtime.interpreters_head,
                             &address))
        return 0;
    while (!remote_is_null(address) && count < room) {
        remote_addr next;

        if (is_among(address, interpreters, count) ||
            !read_interpreter(runtime, reader, address, &interpreters[count], &next))
            break;
        count++;
        address = next;
    }
    *whole = remote_is_null(address);
    if (!*whole && count == room && room > 1)
        keep_main(runtime, reader, interpreters, room);
    return count;
}

uint64_t runtime_thread_mark(const struct layout *layout, const unsigned char *state)
{
    return word_at(state, layout->thread.native_thread_id != LAYOUT_NONE ? layout->thread.native_thread_id
                                                                         : layout->thread.unique_id);
}

bool runtime_thread(const struct runtime *runtime, struct reader *reader, const struct interpreter *interpreter,
                    remote_addr address, struct thread_found *thread)
{
    const struct layout *layout = &runtime->layout;
    unsigned char bytes[LAYOUT_THREAD_BYTES_MAX];

    if (!reader_read(reader, address, bytes, layout->thread.size) ||
        word_at(bytes, layout->thread.interpreter) != interpreter->address.value)
        return false;
    *thread = (struct thread_found){
        .address = address,
        .next = remote_at(word_at(bytes, layout->thread.next)),
        .ident = word_at(bytes, layout->thread.thread_id),
        .mark = runtime_thread_mark(layout, bytes),
    };
    if (layout->thread.native_thread_id != LAYOUT_NONE)
        thread->native_id = thread->mark;
    return true;
}

size_t runtime_threads(const struct runtime *runtime, struct reader *reader,
                       const struct interpreter *interpreter, struct thread_found *threads,
                       size_t room, bool *whole)
{
    remote_addr address = interpreter->first_thread;
    remote_addr met = remote_at(0); /* the member at the last power of two: met again, it is a circle */
    size_t count = 0;

    while (!remote_is_null(address) && count < room) {
        if (remote_equal(address, met) || !runtime_thread(runtime, reader, interpreter, address, &threads[count]))
            break;
        count++;
        if ((count & (count - 1)) == 0)
            met = address;
        address = threads[count - 1].next;
    }
    *whole = remote_is_null(address);
    return count;
}

/* From 3.13 on an interpreter that runs nothing has no thread (_PyXI_NewInterpreter(), Python/crossinterp.c). */
static bool has_thread(const struct runtime *runtime, struct reader *reader)
{
    struct interpreter interpreters[RUNTIME_INTERPRETERS_MAX];
    struct thread_found thread;
    bool whole;
    const size_t count = runtime_interpreters(runtime, reader, interpreters, RUNTIME_INTERPRETERS_MAX, &whole);

    for (size_t i = 0; i < count; i++)
        if (runtime_threads(runtime, reader, &interpreters[i], &thread, 1, &whole) == 1)
            return true;
    return false;
}

bool runtime_still_there(const struct runtime *runtime, struct reader *reader)
{
    /* The newest thread may end while it is looked at. */
    for (int i = 0; i < LOOKS_MAX; i++)
        if (has_thread(runtime, reader))
            return true;
    return false;
}

size_t runtime_count_threads(const struct runtime *runtime, struct reader *reader, remote_addr address, size_t most)
{
    remote_addr met = remote_at(0); /* as above */
    size_t count = 0;

    while (!remote_is_null(address) && !remote_equal(address, met) && count < most) {
        if ((count & (count - 1)) == 0)
            met = address;
        if (!reader_read_pointer(reader, address, runtime->layout.thread.next, &address))
            break;
        count++;
    }
    return count;
}

size_t runtime_count_threads_beyond(const struct runtime *runtime, struct reader *reader,
                                    const struct interpreter *interpreters, size_t count, size_t most)
{
    const size_t known = count > 1 ? count - 1 : 0; /* the last one is the main one, the last of the list, too */
    remote_addr address, main;
    size_t threads = 0;

    if (known == 0 || !reader_read_pointer(reader, interpreters[known - 1].address, runtime->layout.interpreter.next,
                                           &address))
        return 0;
    main = interpreters[known].address;
    for (size_t i = 0; i < INTERPRETERS_COUNTED_MAX && !remote_is_null(address) && !remote_equal(address, main); i++) {
        struct interpreter interpreter;

        if (threads == most || !read_interpreter(runtime, reader, address, &interpreter, &address))
            break;
        threads += runtime_count_threads(runtime, reader, interpreter.first_thread, most - threads);
    }
    return threads;
}
