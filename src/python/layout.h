/*
 * layout - where CPython keeps what we read: offsets into its structures, one row per version.
 *
 * The rows (layout_tables.h, in the shape that layout.c tells) are made by contrib/make-layout from each
 * version's own headers. From 3.13 on a target also carries `_Py_DebugOffsets`
 * (Include/internal/pycore_debug_offsets.h; in 3.13 pycore_runtime.h) at the start of its runtime
 * structure; what that tells replaces the row's value. Differences between versions live here and in
 * lines.c, and nowhere else.
 */
#ifndef PYTHON_LAYOUT_H
#define PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A member that a version does not have. Zero is a real offset. */
#define LAYOUT_NONE UINT32_MAX

/* The least size of a chunk of the data stack (_PY_DATA_STACK_CHUNK_SIZE, Include/internal/
   pycore_frame.h or pycore_pystate.h; larger frames make larger chunks). */
#define DATA_STACK_CHUNK_BYTES 16384u

/* What frame.owner says of a frame; a version's numbers map to these (enum _frameowner). */
enum frame_owner {
    OWNER_THREAD,    /* on the data stack; before 3.11, in an object of its own */
    OWNER_GENERATOR, /* inside a generator or coroutine object */
    OWNER_OBJECT,    /* in a frame object that outlived its call: never on a live chain */
    OWNER_ENTRY,     /* no Python code: marks an entry of the interpreter's loop, on the C stack */
    OWNERS,
};

/* What form a code object's line table has (lines.h). */
enum line_form {
    LINES_LNOTAB,    /* 3.8, 3.9 */
    LINES_RANGES,    /* 3.10 */
    LINES_LOCATIONS, /* 3.11 on */
};

/* Offsets in bytes from the start of the structure named first. CPython's member stands beside each;
   "or" gives its name in other versions. */
struct layout {
    uint32_t version; /* major << 8 | minor: 0x030d is 3.13 */
    bool free_threaded; /* built without a GIL (--disable-gil), though it can have one as it runs */
    bool is_guess;    /* of a later version than all that are known, taken to be made like this one */

    struct {
        uint32_t size;              /* sizeof(_PyRuntimeState) */
        uint32_t interpreters_head; /* _PyRuntimeState.interpreters.head */
        uint32_t finalizing;        /* ._finalizing; 3.8: .finalizing */
        uint32_t gil;               /* .ceval.gil, the structure itself (to 3.11); NONE from 3.12 on */
        uint32_t gc_collecting;     /* .gc.collecting (int, 3.8); NONE from 3.9 on */
    } runtime;

    struct {
        uint32_t size;            /* sizeof(PyInterpreterState) */
        uint32_t id;              /* PyInterpreterState.id (int64_t) */
        uint32_t next;            /* .next */
        uint32_t threads_head;    /* .threads.head; to 3.10: .tstate_head */
        uint32_t gil;             /* .ceval.gil, a pointer (3.12 on); NONE before */
        uint32_t gc_collecting;   /* .gc.collecting (int, 3.9 on); NONE before */
        uint32_t gc_frame;        /* .gc.frame (3.15 on): see struct gil_now; NONE before */
        uint32_t modules;         /* .imports.modules; to 3.11: .modules */
        uint32_t builtins;        /* .builtins, the dict */
        uint32_t sys;             /* .sysdict (to 3.10); NONE from 3.11 on */
    } interpreter;

    struct {
        uint32_t size;        /* sizeof(struct _gil_runtime_state) */
        uint32_t locked;      /* .locked (int) */
        uint32_t last_holder; /* .last_holder */
        uint32_t switches;    /* .switch_number (unsigned long): how often .last_holder changed */
        uint32_t enabled;     /* .enabled (int, free-threaded builds): 0 where there is none; NONE in others */
        uint32_t current;     /* how far behind its start _PyRuntimeState.gilstate.tstate_current is, the state that
                                 runs: the thread with the GIL can go from one to another and keep it (to 3.11); NONE
                                 from 3.12 on */
        uint32_t waiters;     /* layout_set_musl(): where .cond lists those that wait in it; 0: it does not */
    } gil;

    struct {
        uint32_t size;            /* sizeof(PyThreadState) */
        uint32_t next;            /* PyThreadState.next */
        uint32_t interpreter;     /* .interp */
        uint32_t current_frame;   /* .current_frame (3.13 on); NONE in 3.11 and 3.12; before: .frame */
        uint32_t cframe;          /* .cframe (3.11, 3.12): to a _PyCFrame; NONE in others */
        uint32_t base_frame;      /* .base_frame (3.15 on), the last of the chain; NONE before */
        uint32_t thread_id;       /* .thread_id (pthread_self()) */
        uint32_t native_thread_id;/* .native_thread_id (gettid(), 3.11 on); NONE before */
        uint32_t unique_id;       /* .id (uint64_t), where the one above is not; NONE from 3.11 on */
        uint32_t datastack_chunk; /* .datastack_chunk (3.11 on); NONE before */
        uint32_t datastack_top;   /* .datastack_top (3.11 on); NONE before */
        uint32_t holds_gil;       /* .holds_gil (int, 3.15 on); NONE before */
        uint32_t gil_requested;   /* .gil_requested (int, 3.15 on); NONE before */
        uint32_t raised;          /* .current_exception; to 3.11: .curexc_type */
        uint32_t handled;         /* .exc_info, to the innermost struct _err_stackitem */
        uint32_t handled_last;    /* .exc_state, the outermost of them */
    } thread;

    /* What code handles: an item for each thread and for each generator or coroutine that runs. */
    struct {
        uint32_t size;         /* sizeof(struct _err_stackitem) */
        uint32_t value;        /* .exc_value: null, None, or an exception; to 3.10: .exc_type */
        uint32_t previous;     /* .previous_item */
        uint32_t in_generator; /* PyGenObject.gi_exc_state (to 3.10); NONE from 3.11 on */
        uint32_t before_frame; /* from that to .gi_iframe (3.11 on); NONE before */
    } handled;

    uint32_t cframe_current_frame; /* _PyCFrame.current_frame (3.11, 3.12); NONE in others */

    /* Of the data stack (3.11 on); NONE before. */
    struct {
        uint32_t previous; /* _PyStackChunk.previous */
        uint32_t size;     /* .size, in bytes with this head */
        uint32_t top;      /* .top, in words from .data; of use in chunks that are full */
        uint32_t data;     /* .data */
    } chunk;

    /* struct _PyInterpreterFrame; to 3.10 PyFrameObject, the first part of an object on the heap. */
    struct {
        uint32_t size;       /* offsetof(.localsplus); to 3.10: of .f_blockstack */
        uint32_t code;       /* .f_executable; to 3.12: .f_code */
        uint32_t previous;   /* .previous; to 3.10: .f_back */
        uint32_t instruction;/* .instr_ptr; 3.11, 3.12: .prev_instr, one unit before the next; before:
                                .f_lasti (int), from the function's first instruction on, or negative */
        uint32_t lasti_bytes;/* what .f_lasti counts is so many bytes; 0 from 3.11 on */
        uint32_t owner;      /* .owner (char, 3.11 on); NONE before */
        uint32_t is_entry;   /* .is_entry (bool, 3.11); NONE in others */
        uint32_t stack_top;  /* .stacktop (int, 3.11 to 3.13): -1 while the frame runs; NONE in others */
        uint32_t generator;  /* .f_gen (to 3.10): whose frame it is, or null; NONE from 3.11 on */
        uint32_t state;      /* .f_state (signed char, 3.10); before: .f_executing; NONE from 3.11 on */
        uint8_t running;     /* a bit for each value of that, of three bits, that it has during the call */
        uint8_t owners[8];   /* enum frame_owner for each value of .owner; OWNERS where undefined */
        uint64_t tag_mask;   /* bits of .f_executable that are no address: Py_TAG_BITS; 0 before 3.14 */
    } frame;

    struct {
        uint32_t size;        /* offsetof(PyCodeObject, co_code_adaptive); to 3.10: co_zombieframe */
        uint32_t file;        /* .co_filename */
        uint32_t name;        /* .co_name */
        uint32_t qualname;    /* .co_qualname; to 3.10, which has none: .co_name */
        uint32_t line_table;  /* .co_linetable; 3.8, 3.9: .co_lnotab */
        enum line_form line_form;
        uint32_t first_line;  /* .co_firstlineno (int) */
        uint32_t version;     /* .co_version (uint32_t, 3.12 on): no other code object of the interpreter gets it
                                 (init_code(), Objects/codeobject.c); 0 once all are given out; NONE before */
        uint32_t bytecode;    /* .co_code (to 3.10), a bytes object; NONE from 3.11 on */
        uint32_t units;       /* .co_code_adaptive, the first instruction; to 3.10, where it is not in the
                                 object, 0 */
        uint32_t unit_count;  /* .ob_base.ob_size: number of code units (3.11 on); NONE before */
        uint32_t tlbc;        /* .co_tlbc (free-threaded 3.14 on), to a copy of the units for each thread that ran
                                 them (_PyCodeArray, Include/cpython/code.h); NONE in others */
    } code;

    struct {                       /* instructions that end a call (Include/opcode.h, 3.13: opcode_ids.h), returns.h: */
        uint32_t value;            /* RETURN_VALUE (3.11 to 3.13); NONE in others */
        uint32_t constant;         /* RETURN_CONST (3.12, 3.13) */
        uint32_t generator;        /* RETURN_GENERATOR (3.11 to 3.13) */
        uint32_t watched_value;    /* INSTRUMENTED_RETURN_VALUE, */
        uint32_t watched_constant; /* INSTRUMENTED_RETURN_CONST (3.12, 3.13): where sys.monitoring asks for them */
    } returns;

    struct {
        uint32_t type;        /* PyObject.ob_type */
        uint32_t var_size;    /* PyVarObject.ob_size */
    } object;

    struct {
        uint32_t length;       /* PyASCIIObject.length */
        uint32_t state;        /* .state, 32 bits of flags */
        uint32_t ascii_data;   /* sizeof(PyASCIIObject): the text, when compact and ASCII */
        uint32_t compact_data; /* sizeof(PyCompactUnicodeObject): the text, when compact and not ASCII */
        uint32_t kind_shift;   /* where in .state the 3 bits of .kind begin */
        uint32_t compact_shift;/* and the bit .compact */
        uint32_t ascii_shift;  /* and the bit .ascii */
    } unicode;

    struct {
        uint32_t data;         /* PyBytesObject.ob_sval */
    } bytes;

    /* To read threading._active, where Python keeps the names of its threads. */
    struct {
        uint32_t keys;          /* PyDictObject.ma_keys */
        uint32_t values;        /* .ma_values */
        uint32_t keys_size;             /* struct _dictkeysobject.dk_size (Py_ssize_t, to 3.10) */
        uint32_t keys_log2_index_bytes; /* .dk_log2_index_bytes (uint8_t, 3.11 on) */
        uint32_t keys_kind;             /* .dk_kind (uint8_t, 3.11 on: 0 general, 1 unicode, 2 split) */
        uint32_t keys_entry_count;      /* .dk_nentries (Py_ssize_t) */
        uint32_t keys_indices;          /* .dk_indices */
        uint32_t entry_size;            /* sizeof(PyDictKeyEntry) */
        uint32_t entry_key;             /* .me_key */
        uint32_t entry_value;           /* .me_value */
        uint32_t unicode_entry_size;    /* sizeof(PyDictUnicodeEntry), 3.11 on */
        uint32_t unicode_entry_key;     /* .me_key */
        uint32_t unicode_entry_value;   /* .me_value */
        uint32_t values_array;          /* PyDictValues.values; to 3.10 there is only the array: 0 */
    } dict;

    struct {
        uint32_t flags;        /* PyTypeObject.tp_flags (unsigned long) */
        uint32_t basic_size;   /* .tp_basicsize (Py_ssize_t) */
        uint32_t dict_offset;  /* .tp_dictoffset (Py_ssize_t): for objects without a managed dict */
        uint32_t cached_keys;  /* PyHeapTypeObject.ht_cached_keys */
        uint32_t cached_keys_flag;   /* Py_TPFLAGS_MANAGED_DICT; to 3.10: Py_TPFLAGS_HEAPTYPE */
        uint32_t managed_dict_flag;  /* Py_TPFLAGS_MANAGED_DICT (3.11 on); 0 before */
        uint32_t inline_values_flag; /* Py_TPFLAGS_INLINE_VALUES (3.13 on); 0 before */
    } type;

    uint32_t module_dict;      /* PyModuleObject.md_dict */
    int32_t managed_values;    /* bytes from an object to the pointer to its values (3.11, 3.12); 0
                                  before, and from 3.13 on, where they stand behind the object */
    int32_t managed_values_tag;/* what that pointer is short of them: 1 in 3.12, where an even one leads
                                  to the dict; 0 in 3.11, where that is told by a null */
    int32_t managed_dict;      /* bytes from an object to the pointer to its dict */

    struct {
        uint32_t tag;          /* PyLongObject.long_value.lv_tag; to 3.11: .ob_base.ob_size */
        uint32_t digits;       /* .long_value.ob_digit; to 3.11: .ob_digit */
        uint32_t size_shift;   /* how far to shift the tag for the number of digits: 3; to 3.11: 0 */
    } integer;
};

/* What is copied of a structure to decode the copy has at most so many bytes, and reaches to the end
   of each member that the layout has in it: layout_select() sees to both. */
#define LAYOUT_THREAD_BYTES_MAX 1024u
#define LAYOUT_FRAME_BYTES_MAX 128u /* 72 to 80 in 3.11 to 3.15, 120 before */
#define LAYOUT_HANDLED_BYTES_MAX 32u
#define LAYOUT_CODE_BYTES_MAX 512u

#define LAYOUT_UNIT_BYTES 2 /* sizeof(_Py_CODEUNIT), Include/cpython/code.h */

/* The first version that tells its own offsets (_Py_DebugOffsets). */
#define LAYOUT_TOLD_FROM 0x030du

/* The versions served, for messages: "3.8 to 3.15". */
extern const char LAYOUT_VERSIONS[];

/* Bytes of _Py_DebugOffsets that layout_select() wants to see, at most. */
#define LAYOUT_HEAD_BYTES 1024u

/* The layouts of versions before that, whose memory does not tell what they are, newest first; NULL behind the
   last. */
const struct layout *layout_silent(size_t index);

/* Whether frames are objects on the heap, each by itself, and not on a data stack: to 3.10. */
static inline bool layout_has_frame_objects(const struct layout *layout)
{
    return layout->frame.generator != LAYOUT_NONE;
}

/* The layout for a target whose runtime structure begins with the `head_length` bytes at `head` and
   whose PY_VERSION_HEX is `version_hex` (0: to be taken from the head). One that is later than the table gets
   the newest row with what the target tells laid over it, as a guess that has to prove itself (proof.h).
   Gives ERROR_VERSION, naming the versions served, for others that are not in the table, and ERROR_READ when its debug offsets make no sense. Any thread. */
bool layout_select(struct layout *layout, uint32_t version_hex, const void *head, size_t head_length,
                   struct error *error);

/* Takes note of whether the target's C library is musl, with which threads that want the GIL do not sleep in the
   structure of the GIL itself (sample/gil.h). */
void layout_set_musl(struct layout *layout, bool is_musl);

/* Sets the error of a guess that did not prove itself; always false. */
bool layout_misread(const struct layout *layout, uint32_t version_hex, struct error *error);

/* The version in the head of a runtime structure as PY_VERSION_HEX, or 0 when it has no debug offsets
   (before 3.13). */
uint32_t layout_head_version(const void *head, size_t head_length);

/* Whether these 8 bytes are those that _Py_DebugOffsets begins with. */
bool layout_is_cookie(const void *bytes);

#endif
