/* none: found by its name in a dict of builtins that is made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "made_up.h"
#include "python/none.h"

enum { FIRST_VERSION = 0x030b, LAST_VERSION = 0x030f, NONE = 0x1234560 };

#define INTERPRETER MADE_UP_HEAP
#define DICT (MADE_UP_HEAP + 0x10000)
#define KEYS (MADE_UP_HEAP + 0x11000)
#define TEXTS (MADE_UP_HEAP + 0x12000)

/* Puts a dict of str, with these keys. */
static void put_dict(struct made_up *made_up, const char *const *names, uint64_t count)
{
    const struct layout *layout = &made_up->layout;
    const uint64_t entries = KEYS + layout->dict.keys_indices + 8;

    made_up_word(made_up, DICT + layout->dict.keys, KEYS);
    *made_up_at(made_up, KEYS + layout->dict.keys_log2_index_bytes) = 3;
    *made_up_at(made_up, KEYS + layout->dict.keys_kind) = 1;
    made_up_word(made_up, KEYS + layout->dict.keys_entry_count, count);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t entry = entries + i * layout->dict.unicode_entry_size;

        made_up_text(made_up, TEXTS + i * 0x100, names[i]);
        made_up_word(made_up, entry + layout->dict.unicode_entry_key, TEXTS + i * 0x100);
        made_up_word(made_up, entry + layout->dict.unicode_entry_value,
                     strcmp(names[i], "None") == 0 ? NONE : 1);
    }
}

static void find(uint32_t version)
{
    static const char *const NAMES[] = {"abs", "NoneType", "None", "Ellipsis"};
    struct made_up *made_up = made_up_new(version);
    remote_addr interpreter = remote_at(INTERPRETER);

    assert_non_null(made_up);
    /* Not there yet, and not to be read. */
    assert_true(remote_is_null(none_find(&made_up->reader, &made_up->layout, interpreter)));
    made_up_word(made_up, INTERPRETER + made_up->layout.interpreter.builtins, MADE_UP_END);
    assert_true(remote_is_null(none_find(&made_up->reader, &made_up->layout, interpreter)));
    made_up_word(made_up, INTERPRETER + made_up->layout.interpreter.builtins, DICT);
    assert_true(remote_is_null(none_find(&made_up->reader, &made_up->layout, interpreter)));
    put_dict(made_up, NAMES, 2);
    assert_true(remote_is_null(none_find(&made_up->reader, &made_up->layout, interpreter)));
    put_dict(made_up, NAMES, 4);
    assert_int_equal(none_find(&made_up->reader, &made_up->layout, interpreter).value, NONE);
    made_up_free(made_up);
}

static void it_is_found_by_its_name(void **state)
{
    (void)state;
    for (uint32_t version = FIRST_VERSION; version <= LAST_VERSION; version++)
        find(version);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_by_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
