/* input: what the terminal sends is keys, and what is none of them is nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "tui/input.h"
#include "tui/keys.h"

#define PAUSE '|' /* in what is sent: nothing comes for longer than anything is waited for */
#define LATE '_'  /* what follows comes to who waits for that long */
#define LATE_MS 500

static const char *rest; /* what is still to be sent */
static int waited_ms;    /* for what did not come */

static uint64_t now_ns = NS_PER_S;

int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = clock_timespec(now_ns);
    return 0;
}

static bool read_rest(void *from, int wait_ms, int *key)
{
    (void)from;
    if (*rest == PAUSE) {
        rest++;
        waited_ms += wait_ms;
        now_ns += (uint64_t)wait_ms * NS_PER_MS;
        return false;
    }
    if (*rest == LATE && (rest++, wait_ms < LATE_MS))
        return false;
    if (*rest == '\0')
        return false;
    *key = (unsigned char)*rest++;
    return true;
}

/* Sends a text, and compares the keys that come of it. */
static void assert_keys(const char *sent, const int *expected, size_t count)
{
    struct input input = {.read = read_rest};
    size_t got = 0;

    rest = sent;
    do {
        for (int key; (key = input_key(&input)) != KEY_OF_NONE; got++) {
            assert_in_range(got + 1, 1, count);
            assert_int_equal(key, expected[got]);
        }
    } while (*rest != '\0');
    assert_int_equal(got, count);
}

#define ASSERT_KEYS(sent, ...)                                                                     \
    assert_keys(sent, (const int[]){__VA_ARGS__},                                                  \
                sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

static void assert_nothing(const char *sent)
{
    assert_keys(sent, NULL, 0);
}

static void characters_stay(void **state)
{
    (void)state;
    ASSERT_KEYS("aO[", 'a', 'O', '[');
    ASSERT_KEYS("\033", KEY_OF_ESCAPE);
    ASSERT_KEYS("\033|a", KEY_OF_ESCAPE, 'a');
    ASSERT_KEYS("\033\033", KEY_OF_ESCAPE, KEY_OF_ESCAPE);
    ASSERT_KEYS("\033a\033/", KEY_OF_ESCAPE, 'a', KEY_OF_ESCAPE, '/'); /* Alt */
    ASSERT_KEYS("\033O|p", KEY_OF_ESCAPE, 'O', 'p');
    ASSERT_KEYS("\033[|A", KEY_OF_ESCAPE, '[', 'A');
    ASSERT_KEYS("\033]|1", KEY_OF_ESCAPE, ']', '1');
}

static void sequences_are_keys(void **state)
{
    (void)state;
    ASSERT_KEYS("\033[1~\033[7~\033[H\033OH", KEY_OF_HOME, KEY_OF_HOME, KEY_OF_HOME, KEY_OF_HOME);
    ASSERT_KEYS("\033[4~\033[8~\033[F\033OF", KEY_OF_END, KEY_OF_END, KEY_OF_END, KEY_OF_END);
    ASSERT_KEYS("\033[11~\033OP\033[[Aq", KEY_OF_F1, KEY_OF_F1, KEY_OF_F1, 'q');
    ASSERT_KEYS("\033[A\033OB", KEY_OF_UP, KEY_OF_DOWN);
    ASSERT_KEYS("\033Op\033Or\033Oy\033Oo\033OM", '0', '2', '9', '/', KEY_OF_ENTER);
    ASSERT_KEYS("\033\033[H", KEY_OF_ESCAPE, KEY_OF_HOME); /* Alt and Home, of PuTTY */
}

static void what_is_unknown_is_nothing(void **state)
{
    static const char *const UNKNOWN[] = {
        "\033[1;5D",     "\033[24;5~",     "\033[I",     "\033[O",     "\033[<0;20;10M",
        "\033[<0;20;10m", "\033[M\177\t\r", "\033[M #*",  "\033[?1;2c", "\033[24;80R",
        "\033[97;5u",    "\033[7$|",       "\033[7^",    "\033O5P",    "\033OZ",
        "\033[[C",       "\033[12;3|",     "\033]10;x\a", "\033]52;c;cXE=\033\\",
    };

    (void)state;
    for (size_t i = 0; i < sizeof UNKNOWN / sizeof UNKNOWN[0]; i++) {
        char and_q[64] = "";

        assert_nothing(UNKNOWN[i]);
        strcat(strcat(and_q, UNKNOWN[i]), "q");
        ASSERT_KEYS(and_q, 'q');
    }
}

/* A sequence that breaks off swallows no key, and none has no end. */
static void sequences_end(void **state)
{
    char text[4 * INPUT_TEXT_SIZE] = "\033[";

    (void)state;
    ASSERT_KEYS("\033[1;\033[H", KEY_OF_HOME);
    ASSERT_KEYS("\033[1;\003", KEY_CTRL('C'));
    ASSERT_KEYS("\033O\r", '\r');
    waited_ms = 0;
    assert_nothing("\033[1;|");
    assert_in_range(waited_ms, 1, 100);

    struct input input = {.read = read_rest};
    memset(text + 2, '1', sizeof text - 3);
    rest = text;
    assert_int_equal(input_key(&input), '1');
}

#define PASTED(character) (KEY_PASTED | (character))

static void pasted_text_is_told_from_keys(void **state)
{
    (void)state;
    ASSERT_KEYS("a\033[200~a q\033[201~q", 'a', PASTED('a'), PASTED(' '), PASTED('q'), 'q');
    ASSERT_KEYS("\033[200~a\r\n\t\003b\033[A\033\033x\033[201~\r", PASTED('a'), PASTED('b'),
                PASTED('x'), '\r');
    ASSERT_KEYS("\033[200~\033[201~\033[H", KEY_OF_HOME);
    /* Its end is not missed, whatever is before it, and on a slow line. */
    ASSERT_KEYS("\033[200~\033[M\033[201~q", 'q');
    ASSERT_KEYS("\033[200~\033]a\033O\033[201~q", PASTED(']'), PASTED('a'), PASTED('O'), 'q');
    ASSERT_KEYS("\033[200~a\033_[20_1~q", PASTED('a'), 'q');
    ASSERT_KEYS("\033_[q", KEY_OF_ESCAPE, '[', 'q');
}

static void a_paste_may_lose_its_end(void **state)
{
    struct input input = {.read = read_rest};

    (void)state;
    rest = "\033[200~a";
    assert_int_equal(input_key(&input), PASTED('a'));
    now_ns += NS_PER_S;
    rest = "b";
    assert_int_equal(input_key(&input), PASTED('b'));
    now_ns += 3 * NS_PER_S;
    rest = "q";
    assert_int_equal(input_key(&input), 'q');
}

static void the_answer_is_kept(void **state)
{
    struct input input = {.read = read_rest};

    (void)state;
    rest = "\033]11;rgb:ffff/ffff/ffff\033\\s\033]11;rgb:0/0/0\a";
    assert_int_equal(input_key(&input), 's');
    assert_string_equal(input.answer, "rgb:ffff/ffff/ffff");
    assert_int_equal(input_key(&input), KEY_OF_NONE);
    assert_string_equal(input.answer, "rgb:0/0/0");
    input.answer[0] = '\0';
    rest = "\033]4;1;rgb:0/0/0\a";
    assert_int_equal(input_key(&input), KEY_OF_NONE);
    assert_string_equal(input.answer, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_stay),
        cmocka_unit_test(sequences_are_keys),
        cmocka_unit_test(what_is_unknown_is_nothing),
        cmocka_unit_test(sequences_end),
        cmocka_unit_test(pasted_text_is_told_from_keys),
        cmocka_unit_test(a_paste_may_lose_its_end),
        cmocka_unit_test(the_answer_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
