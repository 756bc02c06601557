/*
 * layout_tables - struct layout for each version of CPython, from its own headers, and
 * where the _Py_DebugOffsets of each tells it again.
 * Made by contrib/make-layout; change that, not this.
 */
static const struct layout LAYOUTS[] = {
    {
        /* Python 3.8.18 */
        .version = 0x0308,
        /* Include/internal/pycore_pystate.h */
        .runtime = {
            .size = 1464,
            .interpreters_head = 32,
            .finalizing = 16,
            .gil = 1152,
            .gc_collecting = 544,
        },
        /* Include/internal/pycore_pystate.h */
        .interpreter = {
            .size = 2720,
            .id = 16,
            .next = 0,
            .threads_head = 8,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
            .gc_frame = LAYOUT_NONE,
            .modules = 56,
            .builtins = 80,
            .sys = 72,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = 216,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 264,
            .next = 8,
            .interpreter = 16,
            .current_frame = 24,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 176,
            .native_thread_id = LAYOUT_NONE,
            .unique_id = 256,
            .datastack_chunk = LAYOUT_NONE,
            .datastack_top = LAYOUT_NONE,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 88,
            .handled = 144,
            .handled_last = 112,
        },
        /* Include/cpython/pystate.h, Include/genobject.h */
        .handled = {
            .size = 32,
            .value = 0,
            .previous = 24,
            .in_generator = 64,
            .before_frame = LAYOUT_NONE,
        },
        .cframe_current_frame = LAYOUT_NONE,
        .chunk = {
            .previous = LAYOUT_NONE,
            .size = LAYOUT_NONE,
            .top = LAYOUT_NONE,
            .data = LAYOUT_NONE,
        },
        /* Include/frameobject.h */
        .frame = {
            .size = 120,
            .code = 32,
            .previous = 24,
            .instruction = 104,
            .lasti_bytes = 1,
            .owner = LAYOUT_NONE,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = 96,
            .state = 116,
            .running = 0x2,
            .owners = {OWNERS, OWNERS, OWNERS, OWNERS,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/code.h */
        .code = {
            .size = 128,
            .file = 104,
            .name = 112,
            .qualname = 112,
            .line_table = 120,
            .line_form = LINES_LNOTAB,
            .first_line = 40,
            .version = LAYOUT_NONE,
            .bytecode = 48,
            .units = 0,
            .unit_count = LAYOUT_NONE,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 48,
            .compact_data = 72,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = 8,
            .keys_log2_index_bytes = LAYOUT_NONE,
            .keys_kind = LAYOUT_NONE,
            .keys_entry_count = 32,
            .keys_indices = 40,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = LAYOUT_NONE,
            .unicode_entry_key = LAYOUT_NONE,
            .unicode_entry_value = LAYOUT_NONE,
            .values_array = 0,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 872,
            .cached_keys_flag = 512,
            .managed_dict_flag = 0,
            .inline_values_flag = 0,
        },
        /* Objects/moduleobject.c */
        .module_dict = 16,
        /* None is managed. */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = 0,
        /* Include/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 0,
        },
    },
    {
        /* Python 3.9.18 */
        .version = 0x0309,
        /* Include/internal/pycore_runtime.h */
        .runtime = {
            .size = 656,
            .interpreters_head = 32,
            .finalizing = 16,
            .gil = 352,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp.h */
        .interpreter = {
            .size = 5656,
            .id = 24,
            .next = 0,
            .threads_head = 8,
            .gil = LAYOUT_NONE,
            .gc_collecting = 816,
            .gc_frame = LAYOUT_NONE,
            .modules = 856,
            .builtins = 880,
            .sys = 872,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = 216,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 264,
            .next = 8,
            .interpreter = 16,
            .current_frame = 24,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 176,
            .native_thread_id = LAYOUT_NONE,
            .unique_id = 256,
            .datastack_chunk = LAYOUT_NONE,
            .datastack_top = LAYOUT_NONE,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 88,
            .handled = 144,
            .handled_last = 112,
        },
        /* Include/cpython/pystate.h, Include/genobject.h */
        .handled = {
            .size = 32,
            .value = 0,
            .previous = 24,
            .in_generator = 64,
            .before_frame = LAYOUT_NONE,
        },
        .cframe_current_frame = LAYOUT_NONE,
        .chunk = {
            .previous = LAYOUT_NONE,
            .size = LAYOUT_NONE,
            .top = LAYOUT_NONE,
            .data = LAYOUT_NONE,
        },
        /* Include/cpython/frameobject.h */
        .frame = {
            .size = 120,
            .code = 32,
            .previous = 24,
            .instruction = 104,
            .lasti_bytes = 1,
            .owner = LAYOUT_NONE,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = 96,
            .state = 116,
            .running = 0x2,
            .owners = {OWNERS, OWNERS, OWNERS, OWNERS,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 128,
            .file = 104,
            .name = 112,
            .qualname = 112,
            .line_table = 120,
            .line_form = LINES_LNOTAB,
            .first_line = 40,
            .version = LAYOUT_NONE,
            .bytecode = 48,
            .units = 0,
            .unit_count = LAYOUT_NONE,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 48,
            .compact_data = 72,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = 8,
            .keys_log2_index_bytes = LAYOUT_NONE,
            .keys_kind = LAYOUT_NONE,
            .keys_entry_count = 32,
            .keys_indices = 40,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = LAYOUT_NONE,
            .unicode_entry_key = LAYOUT_NONE,
            .unicode_entry_value = LAYOUT_NONE,
            .values_array = 0,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 864,
            .cached_keys_flag = 512,
            .managed_dict_flag = 0,
            .inline_values_flag = 0,
        },
        /* Objects/moduleobject.c */
        .module_dict = 16,
        /* None is managed. */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = 0,
        /* Include/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 0,
        },
    },
    {
        /* Python 3.10.13 */
        .version = 0x030a,
        /* Include/internal/pycore_runtime.h */
        .runtime = {
            .size = 672,
            .interpreters_head = 32,
            .finalizing = 16,
            .gil = 352,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp.h */
        .interpreter = {
            .size = 113528,
            .id = 24,
            .next = 0,
            .threads_head = 8,
            .gil = LAYOUT_NONE,
            .gc_collecting = 816,
            .gc_frame = LAYOUT_NONE,
            .modules = 856,
            .builtins = 880,
            .sys = 872,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = 216,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 280,
            .next = 8,
            .interpreter = 16,
            .current_frame = 24,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 176,
            .native_thread_id = LAYOUT_NONE,
            .unique_id = 256,
            .datastack_chunk = LAYOUT_NONE,
            .datastack_top = LAYOUT_NONE,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 88,
            .handled = 144,
            .handled_last = 112,
        },
        /* Include/cpython/pystate.h, Include/genobject.h */
        .handled = {
            .size = 32,
            .value = 0,
            .previous = 24,
            .in_generator = 56,
            .before_frame = LAYOUT_NONE,
        },
        .cframe_current_frame = LAYOUT_NONE,
        .chunk = {
            .previous = LAYOUT_NONE,
            .size = LAYOUT_NONE,
            .top = LAYOUT_NONE,
            .data = LAYOUT_NONE,
        },
        /* Include/cpython/frameobject.h */
        .frame = {
            .size = 112,
            .code = 32,
            .previous = 24,
            .instruction = 96,
            .lasti_bytes = 2,
            .owner = LAYOUT_NONE,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = 88,
            .state = 108,
            .running = 0x5,
            .owners = {OWNERS, OWNERS, OWNERS, OWNERS,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 128,
            .file = 104,
            .name = 112,
            .qualname = 112,
            .line_table = 120,
            .line_form = LINES_RANGES,
            .first_line = 40,
            .version = LAYOUT_NONE,
            .bytecode = 48,
            .units = 0,
            .unit_count = LAYOUT_NONE,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 48,
            .compact_data = 72,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = 8,
            .keys_log2_index_bytes = LAYOUT_NONE,
            .keys_kind = LAYOUT_NONE,
            .keys_entry_count = 32,
            .keys_indices = 40,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = LAYOUT_NONE,
            .unicode_entry_key = LAYOUT_NONE,
            .unicode_entry_value = LAYOUT_NONE,
            .values_array = 0,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 872,
            .cached_keys_flag = 512,
            .managed_dict_flag = 0,
            .inline_values_flag = 0,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 16,
        /* None is managed. */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = 0,
        /* Include/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 0,
        },
    },
    {
        /* Python 3.11.7 */
        .version = 0x030b,
        /* Include/internal/pycore_runtime.h */
        .runtime = {
            .size = 166688,
            .interpreters_head = 40,
            .finalizing = 24,
            .gil = 360,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp.h */
        .interpreter = {
            .size = 107752,
            .id = 48,
            .next = 0,
            .threads_head = 16,
            .gil = LAYOUT_NONE,
            .gc_collecting = 848,
            .gc_frame = LAYOUT_NONE,
            .modules = 888,
            .builtins = 912,
            .sys = 904,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = 216,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 360,
            .next = 8,
            .interpreter = 16,
            .current_frame = LAYOUT_NONE,
            .cframe = 56,
            .base_frame = LAYOUT_NONE,
            .thread_id = 152,
            .native_thread_id = 160,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 296,
            .datastack_top = 304,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 96,
            .handled = 120,
            .handled_last = 320,
        },
        /* Include/cpython/pystate.h, Include/cpython/genobject.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        /* Include/cpython/pystate.h */
        .cframe_current_frame = 8,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_frame.h */
        .frame = {
            .size = 72,
            .code = 32,
            .previous = 48,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 69,
            .is_entry = 68,
            .stack_top = 64,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNERS,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 184,
            .file = 112,
            .name = 120,
            .qualname = 128,
            .line_table = 136,
            .line_form = LINES_LOCATIONS,
            .first_line = 72,
            .version = LAYOUT_NONE,
            .bytecode = LAYOUT_NONE,
            .units = 184,
            .unit_count = 16,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode.h */
        .returns = {
            .value = 83,
            .constant = LAYOUT_NONE,
            .generator = 75,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 48,
            .compact_data = 72,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 0,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 872,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 0,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 16,
        /* Include/internal/pycore_object.h */
        .managed_values = -32,
        .managed_values_tag = 0,
        .managed_dict = -24,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 0,
        },
    },
    {
        /* Python 3.12.1 */
        .version = 0x030c,
        /* Include/internal/pycore_runtime.h */
        .runtime = {
            .size = 459944,
            .interpreters_head = 40,
            .finalizing = 24,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp.h */
        .interpreter = {
            .size = 383552,
            .id = 8,
            .next = 0,
            .threads_head = 72,
            .gil = 384,
            .gc_collecting = 312,
            .gc_frame = LAYOUT_NONE,
            .modules = 944,
            .builtins = 360,
            .sys = 352,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 288,
            .next = 8,
            .interpreter = 16,
            .current_frame = LAYOUT_NONE,
            .cframe = 56,
            .base_frame = LAYOUT_NONE,
            .thread_id = 136,
            .native_thread_id = 144,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 232,
            .datastack_top = 240,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 96,
            .handled = 104,
            .handled_last = 256,
        },
        /* Include/cpython/pystate.h, Include/cpython/genobject.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        /* Include/cpython/pystate.h */
        .cframe_current_frame = 0,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_frame.h */
        .frame = {
            .size = 72,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 70,
            .is_entry = LAYOUT_NONE,
            .stack_top = 64,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 192,
            .file = 112,
            .name = 120,
            .qualname = 128,
            .line_table = 136,
            .line_form = LINES_LOCATIONS,
            .first_line = 68,
            .version = 92,
            .bytecode = LAYOUT_NONE,
            .units = 192,
            .unit_count = 16,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode.h */
        .returns = {
            .value = 83,
            .constant = 121,
            .generator = 75,
            .watched_value = 242,
            .watched_constant = 247,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 40,
            .compact_data = 56,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 0,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 880,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 0,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 16,
        /* Include/internal/pycore_object.h */
        .managed_values = -24,
        .managed_values_tag = 1,
        .managed_dict = -24,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 3,
        },
    },
    {
        /* Python 3.13.15 */
        .version = 0x030d,
        /* Include/internal/pycore_runtime.h */
        .runtime = {
            .size = 283408,
            .interpreters_head = 632,
            .finalizing = 608,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp.h */
        .interpreter = {
            .size = 194984,
            .id = 7272,
            .next = 7264,
            .threads_head = 7344,
            .gil = 16,
            .gc_collecting = 7600,
            .gc_frame = LAYOUT_NONE,
            .modules = 7656,
            .builtins = 7648,
            .sys = LAYOUT_NONE,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 312,
            .next = 8,
            .interpreter = 16,
            .current_frame = 72,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 152,
            .native_thread_id = 160,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 232,
            .datastack_top = 240,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 112,
            .handled = 120,
            .handled_last = 256,
        },
        /* Include/cpython/pystate.h, Include/cpython/genobject.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        .cframe_current_frame = LAYOUT_NONE,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_frame.h */
        .frame = {
            .size = 72,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 70,
            .is_entry = LAYOUT_NONE,
            .stack_top = 64,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 200,
            .file = 112,
            .name = 120,
            .qualname = 128,
            .line_table = 136,
            .line_form = LINES_LOCATIONS,
            .first_line = 68,
            .version = 92,
            .bytecode = LAYOUT_NONE,
            .units = 200,
            .unit_count = 16,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode_ids.h */
        .returns = {
            .value = 36,
            .constant = 103,
            .generator = 35,
            .watched_value = 239,
            .watched_constant = 240,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 40,
            .compact_data = 56,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 8,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 880,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 4,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 16,
        /* Include/internal/pycore_object.h */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = -24,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 3,
        },
        /* 3.13.0 had runtime.size 283320, interpreter.size 194968, thread.size 304 */
    },
    {
        /* Python 3.14.8 */
        .version = 0x030e,
        /* Include/internal/pycore_runtime_structs.h */
        .runtime = {
            .size = 316616,
            .interpreters_head = 808,
            .finalizing = 784,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp_structs.h */
        .interpreter = {
            .size = 225864,
            .id = 7280,
            .next = 7272,
            .threads_head = 7344,
            .gil = 16,
            .gc_collecting = 7600,
            .gc_frame = LAYOUT_NONE,
            .modules = 7688,
            .builtins = 7680,
            .sys = LAYOUT_NONE,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 832,
            .next = 8,
            .interpreter = 16,
            .current_frame = 72,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 152,
            .native_thread_id = 160,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 232,
            .datastack_top = 240,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 112,
            .handled = 120,
            .handled_last = 256,
        },
        /* Include/cpython/pystate.h, Include/internal/pycore_interpframe_structs.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        .cframe_current_frame = LAYOUT_NONE,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_interpframe_structs.h */
        .frame = {
            .size = 80,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 74,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNER_ENTRY, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x3,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 208,
            .file = 112,
            .name = 120,
            .qualname = 128,
            .line_table = 136,
            .line_form = LINES_LOCATIONS,
            .first_line = 68,
            .version = 92,
            .bytecode = LAYOUT_NONE,
            .units = 208,
            .unit_count = 16,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode_ids.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 40,
            .compact_data = 56,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 8,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 880,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 4,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 16,
        /* Include/internal/pycore_object.h */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = -24,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 3,
        },
    },
    {
        /* Python 3.15.0 */
        .version = 0x030f,
        /* Include/internal/pycore_runtime_structs.h */
        .runtime = {
            .size = 346560,
            .interpreters_head = 936,
            .finalizing = 912,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp_structs.h */
        .interpreter = {
            .size = 226232,
            .id = 7272,
            .next = 7264,
            .threads_head = 7336,
            .gil = 16,
            .gc_collecting = 7512,
            .gc_frame = 7520,
            .modules = 7592,
            .builtins = 7584,
            .sys = LAYOUT_NONE,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 208,
            .locked = 16,
            .last_holder = 8,
            .switches = 24,
            .enabled = LAYOUT_NONE,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 888,
            .next = 8,
            .interpreter = 16,
            .current_frame = 72,
            .cframe = LAYOUT_NONE,
            .base_frame = 80,
            .thread_id = 176,
            .native_thread_id = 184,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 256,
            .datastack_top = 264,
            .holds_gil = 36,
            .gil_requested = 40,
            .raised = 136,
            .handled = 144,
            .handled_last = 288,
        },
        /* Include/cpython/pystate.h, Include/internal/pycore_interpframe_structs.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        .cframe_current_frame = LAYOUT_NONE,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_interpframe_structs.h */
        .frame = {
            .size = 80,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 74,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x3,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 208,
            .file = 112,
            .name = 120,
            .qualname = 128,
            .line_table = 136,
            .line_form = LINES_LOCATIONS,
            .first_line = 68,
            .version = 92,
            .bytecode = LAYOUT_NONE,
            .units = 208,
            .unit_count = 16,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode_ids.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 8,
            .var_size = 16,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 16,
            .state = 32,
            .ascii_data = 40,
            .compact_data = 56,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 32,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 32,
            .values = 40,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 8,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 168,
            .basic_size = 32,
            .dict_offset = 288,
            .cached_keys = 888,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 4,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 16,
        /* Include/internal/pycore_object.h */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = -24,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 16,
            .digits = 24,
            .size_shift = 3,
        },
    },
    {
        /* Python 3.13.15t */
        .version = 0x030d,
        .free_threaded = true,
        /* Include/internal/pycore_runtime.h */
        .runtime = {
            .size = 328384,
            .interpreters_head = 632,
            .finalizing = 608,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp.h */
        .interpreter = {
            .size = 215616,
            .id = 7272,
            .next = 7264,
            .threads_head = 7344,
            .gil = 16,
            .gc_collecting = 7600,
            .gc_frame = LAYOUT_NONE,
            .modules = 7664,
            .builtins = 7656,
            .sys = LAYOUT_NONE,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 216,
            .locked = 24,
            .last_holder = 16,
            .switches = 32,
            .enabled = 0,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 312,
            .next = 8,
            .interpreter = 16,
            .current_frame = 72,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 152,
            .native_thread_id = 160,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 232,
            .datastack_top = 240,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 112,
            .handled = 120,
            .handled_last = 256,
        },
        /* Include/cpython/pystate.h, Include/cpython/genobject.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        .cframe_current_frame = LAYOUT_NONE,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_frame.h */
        .frame = {
            .size = 72,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 70,
            .is_entry = LAYOUT_NONE,
            .stack_top = 64,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x0,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 216,
            .file = 128,
            .name = 136,
            .qualname = 144,
            .line_table = 152,
            .line_form = LINES_LOCATIONS,
            .first_line = 84,
            .version = 108,
            .bytecode = LAYOUT_NONE,
            .units = 216,
            .unit_count = 32,
            .tlbc = LAYOUT_NONE,
        },
        /* Include/opcode_ids.h */
        .returns = {
            .value = 36,
            .constant = 103,
            .generator = 35,
            .watched_value = 239,
            .watched_constant = 240,
        },
        /* Include/object.h */
        .object = {
            .type = 24,
            .var_size = 32,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 32,
            .state = 48,
            .ascii_data = 56,
            .compact_data = 72,
            .kind_shift = 2,
            .compact_shift = 5,
            .ascii_shift = 6,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 48,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 48,
            .values = 56,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 8,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 184,
            .basic_size = 48,
            .dict_offset = 304,
            .cached_keys = 896,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 4,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 32,
        /* Include/internal/pycore_object.h */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = -8,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 32,
            .digits = 40,
            .size_shift = 3,
        },
        /* 3.13.0 had runtime.size 328256, thread.size 304 */
    },
    {
        /* Python 3.14.8t */
        .version = 0x030e,
        .free_threaded = true,
        /* Include/internal/pycore_runtime_structs.h */
        .runtime = {
            .size = 362368,
            .interpreters_head = 808,
            .finalizing = 784,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp_structs.h */
        .interpreter = {
            .size = 246720,
            .id = 7280,
            .next = 7272,
            .threads_head = 7344,
            .gil = 16,
            .gc_collecting = 7600,
            .gc_frame = LAYOUT_NONE,
            .modules = 7712,
            .builtins = 7704,
            .sys = LAYOUT_NONE,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 216,
            .locked = 24,
            .last_holder = 16,
            .switches = 32,
            .enabled = 0,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 832,
            .next = 8,
            .interpreter = 16,
            .current_frame = 72,
            .cframe = LAYOUT_NONE,
            .base_frame = LAYOUT_NONE,
            .thread_id = 152,
            .native_thread_id = 160,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 232,
            .datastack_top = 240,
            .holds_gil = LAYOUT_NONE,
            .gil_requested = LAYOUT_NONE,
            .raised = 112,
            .handled = 120,
            .handled_last = 256,
        },
        /* Include/cpython/pystate.h, Include/internal/pycore_interpframe_structs.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        .cframe_current_frame = LAYOUT_NONE,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_interpframe_structs.h */
        .frame = {
            .size = 80,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 78,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNER_ENTRY, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x1,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 232,
            .file = 128,
            .name = 136,
            .qualname = 144,
            .line_table = 152,
            .line_form = LINES_LOCATIONS,
            .first_line = 84,
            .version = 108,
            .bytecode = LAYOUT_NONE,
            .units = 232,
            .unit_count = 32,
            .tlbc = 224,
        },
        /* Include/opcode_ids.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 24,
            .var_size = 32,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 32,
            .state = 48,
            .ascii_data = 56,
            .compact_data = 72,
            .kind_shift = 8,
            .compact_shift = 11,
            .ascii_shift = 12,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 48,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 48,
            .values = 56,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 8,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 184,
            .basic_size = 48,
            .dict_offset = 304,
            .cached_keys = 896,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 4,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 32,
        /* Include/internal/pycore_object.h */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = -8,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 32,
            .digits = 40,
            .size_shift = 3,
        },
    },
    {
        /* Python 3.15.0t */
        .version = 0x030f,
        .free_threaded = true,
        /* Include/internal/pycore_runtime_structs.h */
        .runtime = {
            .size = 406016,
            .interpreters_head = 936,
            .finalizing = 912,
            .gil = LAYOUT_NONE,
            .gc_collecting = LAYOUT_NONE,
        },
        /* Include/internal/pycore_interp_structs.h */
        .interpreter = {
            .size = 247040,
            .id = 7272,
            .next = 7264,
            .threads_head = 7336,
            .gil = 16,
            .gc_collecting = 7512,
            .gc_frame = 7520,
            .modules = 7592,
            .builtins = 7584,
            .sys = LAYOUT_NONE,
        },
        /* Include/internal/pycore_gil.h */
        .gil = {
            .size = 216,
            .locked = 24,
            .last_holder = 16,
            .switches = 32,
            .enabled = 0,
            .current = LAYOUT_NONE,
        },
        /* Include/cpython/pystate.h */
        .thread = {
            .size = 888,
            .next = 8,
            .interpreter = 16,
            .current_frame = 72,
            .cframe = LAYOUT_NONE,
            .base_frame = 80,
            .thread_id = 176,
            .native_thread_id = 184,
            .unique_id = LAYOUT_NONE,
            .datastack_chunk = 256,
            .datastack_top = 264,
            .holds_gil = 36,
            .gil_requested = 40,
            .raised = 136,
            .handled = 144,
            .handled_last = 288,
        },
        /* Include/cpython/pystate.h, Include/internal/pycore_interpframe_structs.h */
        .handled = {
            .size = 16,
            .value = 0,
            .previous = 8,
            .in_generator = LAYOUT_NONE,
            .before_frame = 32,
        },
        .cframe_current_frame = LAYOUT_NONE,
        /* Include/cpython/pystate.h */
        .chunk = {
            .previous = 0,
            .size = 8,
            .top = 16,
            .data = 24,
        },
        /* Include/internal/pycore_interpframe_structs.h */
        .frame = {
            .size = 80,
            .code = 0,
            .previous = 8,
            .instruction = 56,
            .lasti_bytes = 0,
            .owner = 78,
            .is_entry = LAYOUT_NONE,
            .stack_top = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .state = LAYOUT_NONE,
            .running = 0x0,
            .owners = {OWNER_THREAD, OWNER_GENERATOR, OWNER_OBJECT, OWNER_ENTRY,
                       OWNERS, OWNERS, OWNERS, OWNERS},
            .tag_mask = 0x3,
        },
        /* Include/cpython/code.h */
        .code = {
            .size = 232,
            .file = 128,
            .name = 136,
            .qualname = 144,
            .line_table = 152,
            .line_form = LINES_LOCATIONS,
            .first_line = 84,
            .version = 108,
            .bytecode = LAYOUT_NONE,
            .units = 232,
            .unit_count = 32,
            .tlbc = 224,
        },
        /* Include/opcode_ids.h */
        .returns = {
            .value = LAYOUT_NONE,
            .constant = LAYOUT_NONE,
            .generator = LAYOUT_NONE,
            .watched_value = LAYOUT_NONE,
            .watched_constant = LAYOUT_NONE,
        },
        /* Include/object.h */
        .object = {
            .type = 24,
            .var_size = 32,
        },
        /* Include/cpython/unicodeobject.h */
        .unicode = {
            .length = 32,
            .state = 48,
            .ascii_data = 56,
            .compact_data = 72,
            .kind_shift = 8,
            .compact_shift = 11,
            .ascii_shift = 12,
        },
        /* Include/cpython/bytesobject.h */
        .bytes = {
            .data = 48,
        },
        /* Include/cpython/dictobject.h, Include/internal/pycore_dict.h */
        .dict = {
            .keys = 48,
            .values = 56,
            .keys_size = LAYOUT_NONE,
            .keys_log2_index_bytes = 9,
            .keys_kind = 10,
            .keys_entry_count = 24,
            .keys_indices = 32,
            .entry_size = 24,
            .entry_key = 8,
            .entry_value = 16,
            .unicode_entry_size = 16,
            .unicode_entry_key = 0,
            .unicode_entry_value = 8,
            .values_array = 8,
        },
        /* Include/cpython/object.h */
        .type = {
            .flags = 184,
            .basic_size = 48,
            .dict_offset = 304,
            .cached_keys = 904,
            .cached_keys_flag = 16,
            .managed_dict_flag = 16,
            .inline_values_flag = 4,
        },
        /* Include/internal/pycore_moduleobject.h */
        .module_dict = 32,
        /* Include/internal/pycore_object.h */
        .managed_values = 0,
        .managed_values_tag = 0,
        .managed_dict = -8,
        /* Include/cpython/longintrepr.h */
        .integer = {
            .tag = 32,
            .digits = 40,
            .size_shift = 3,
        },
    },
};

static const struct debug_field DEBUG_FIELDS[] = {
    /* runtime_state.interpreters_head */
    {offsetof(struct layout, runtime.interpreters_head), {40, 40, 40}},
    /* runtime_state.finalizing */
    {offsetof(struct layout, runtime.finalizing), {32, 32, 32}},
    /* interpreter_state.id */
    {offsetof(struct layout, interpreter.id), {56, 56, 56}},
    /* interpreter_state.next */
    {offsetof(struct layout, interpreter.next), {64, 64, 64}},
    /* interpreter_state.threads_head */
    {offsetof(struct layout, interpreter.threads_head), {72, 72, 72}},
    /* interpreter_state.ceval_gil */
    {offsetof(struct layout, interpreter.gil), {112, 120, 120}},
    /* gc.collecting */
    {offsetof(struct layout, interpreter.gc_collecting), {576, 656, 760}},
    /* gc.frame */
    {offsetof(struct layout, interpreter.gc_frame), {0, 0, 768}},
    /* interpreter_state.imports_modules */
    {offsetof(struct layout, interpreter.modules), {88, 96, 96}},
    /* interpreter_state.builtins */
    {offsetof(struct layout, interpreter.builtins), {104, 112, 112}},
    /* interpreter_state.gil_runtime_state_locked */
    {offsetof(struct layout, gil.locked), {136, 144, 144}},
    /* interpreter_state.gil_runtime_state_holder */
    {offsetof(struct layout, gil.last_holder), {144, 152, 152}},
    /* interpreter_state.gil_runtime_state_enabled */
    {offsetof(struct layout, gil.enabled), {128, 136, 136}},
    /* thread_state.next */
    {offsetof(struct layout, thread.next), {168, 192, 192}},
    /* thread_state.interp */
    {offsetof(struct layout, thread.interpreter), {176, 200, 200}},
    /* thread_state.current_frame */
    {offsetof(struct layout, thread.current_frame), {184, 208, 208}},
    /* thread_state.base_frame */
    {offsetof(struct layout, thread.base_frame), {0, 0, 216}},
    /* thread_state.thread_id */
    {offsetof(struct layout, thread.thread_id), {192, 216, 240}},
    /* thread_state.native_thread_id */
    {offsetof(struct layout, thread.native_thread_id), {200, 224, 248}},
    /* thread_state.datastack_chunk */
    {offsetof(struct layout, thread.datastack_chunk), {208, 232, 256}},
    /* thread_state.holds_gil */
    {offsetof(struct layout, thread.holds_gil), {0, 0, 272}},
    /* thread_state.gil_requested */
    {offsetof(struct layout, thread.gil_requested), {0, 0, 280}},
    /* thread_state.current_exception */
    {offsetof(struct layout, thread.raised), {0, 0, 288}},
    /* thread_state.exc_state */
    {offsetof(struct layout, thread.handled_last), {0, 0, 296}},
    /* interpreter_frame.localsplus */
    {offsetof(struct layout, frame.size), {256, 280, 344}},
    /* interpreter_frame.executable */
    {offsetof(struct layout, frame.code), {240, 264, 328}},
    /* interpreter_frame.previous */
    {offsetof(struct layout, frame.previous), {232, 256, 320}},
    /* interpreter_frame.instr_ptr */
    {offsetof(struct layout, frame.instruction), {248, 272, 336}},
    /* interpreter_frame.owner */
    {offsetof(struct layout, frame.owner), {264, 288, 352}},
    /* code_object.filename */
    {offsetof(struct layout, code.file), {280, 320, 384}},
    /* code_object.name */
    {offsetof(struct layout, code.name), {288, 328, 392}},
    /* code_object.qualname */
    {offsetof(struct layout, code.qualname), {296, 336, 400}},
    /* code_object.linetable */
    {offsetof(struct layout, code.line_table), {304, 344, 408}},
    /* code_object.firstlineno */
    {offsetof(struct layout, code.first_line), {312, 352, 416}},
    /* code_object.co_code_adaptive */
    {offsetof(struct layout, code.units), {344, 384, 448}},
    /* code_object.co_code_adaptive */
    {offsetof(struct layout, code.size), {344, 384, 448}},
    /* code_object.co_tlbc */
    {offsetof(struct layout, code.tlbc), {0, 392, 456}},
    /* pyobject.ob_type */
    {offsetof(struct layout, object.type), {360, 408, 472}},
    /* unicode_object.length */
    {offsetof(struct layout, unicode.length), {552, 632, 728}},
    /* unicode_object.state */
    {offsetof(struct layout, unicode.state), {544, 624, 720}},
    /* unicode_object.asciiobject_size */
    {offsetof(struct layout, unicode.ascii_data), {560, 640, 736}},
    /* bytes_object.ob_sval */
    {offsetof(struct layout, bytes.data), {528, 608, 704}},
    /* dict_object.ma_keys */
    {offsetof(struct layout, dict.keys), {456, 536, 632}},
    /* dict_object.ma_values */
    {offsetof(struct layout, dict.values), {464, 544, 640}},
    /* type_object.tp_flags */
    {offsetof(struct layout, type.flags), {392, 440, 504}},
    /* long_object.lv_tag */
    {offsetof(struct layout, integer.tag), {496, 576, 672}},
    /* long_object.ob_digit */
    {offsetof(struct layout, integer.digits), {504, 584, 680}},
};

/* interpreter_state.gil_runtime_state */
static const uint16_t DEBUG_GIL_BASE[DEBUG_VERSIONS] = {120, 128, 128};
/* interpreter_state.gc */
static const uint16_t DEBUG_GC_BASE[DEBUG_VERSIONS] = {80, 88, 88};
