/* doctor: a report is aligned, no wider than it may be, in ASCII where that is all there is; and tells whether
   the live view works. */
#include <setjmp.h>
#include <locale.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "doctor/doctor.h"
#include "export/text.h"

static const struct doctor_style UTF8 = {.utf8 = true}, ASCII = {.utf8 = false};

static struct doctor *doctor_of(enum mark mark, const char *text, const char *remedy, const char *without)
{
    static struct doctor doctor;
    struct finding finding = {.name = "memory"};

    doctor = (struct doctor){.pid = 4242};
    finding_set(&finding, mark, "%s", text);
    finding_remedy(&finding, "%s", remedy);
    finding_without(&finding, "%s", without);
    doctor_add(&doctor, &finding, 1);
    return &doctor;
}

/* The report as text, valid until the next. */
static const char *report(const struct doctor *doctor, const struct doctor_style *style)
{
    static char text[16384];
    FILE *stream = fmemopen(text, sizeof text, "w");

    doctor_write(doctor, style, stream);
    fclose(stream);
    return text;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}

/* No line is too wide, and those that go on begin where texts do. */
static void assert_fits(const char *text)
{
    char line[4096];

    for (const char *at = text; *at != '\0'; at += strcspn(at, "\n"), at += *at == '\n') {
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        if (text_width(line) > DOCTOR_COLUMNS)
            fail_msg("%zu columns: %s", text_width(line), line);
        if (line[0] == ' ' && strspn(line, " ") != 16)
            fail_msg("not aligned: %s", line);
        if (line[0] != '\0' && line[strlen(line) - 1] == ' ')
            fail_msg("blank at the end of: '%s'", line);
    }
}

static void a_report_is_aligned(void **state)
{
    (void)state;
    assert_string_equal(report(doctor_of(MARK_OK, "can be read", "", ""), &UTF8),
                        "✓  memory       can be read\n\n"
                        "Process 4242 can be looked into: tachyon-top 4242\n");
    assert_string_equal(report(doctor_of(MARK_NO, "it is not", "do so", "that works"), &ASCII),
                        "NO memory       it is not\n"
                        "                to change it: do so\n"
                        "                without that: that works\n\n"
                        "The live view does not work; what keeps it from working is marked NO.\n");
}

static void long_texts_are_wrapped(void **state)
{
    char words[300] = "", path[300];

    (void)state;
    while (strlen(words) < 270)
        strcat(words, "some words ");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_fits(report(doctor_of(MARK_NO, words, words, words), &UTF8));
    assert_fits(report(doctor_of(MARK_NO, path, path, path), &UTF8));
    has(report(doctor_of(MARK_NO, words, "", ""), &UTF8), "words\n                some");
    /* A path is broken, and nothing of it lost. */
    size_t kept = 0;
    for (const char *at = report(doctor_of(MARK_OK, path, "", ""), &UTF8); *at != '\0'; at++)
        kept += *at == 'x';
    assert_int_equal(kept, sizeof path - 1);
}

static void wide_letters_are_counted(void **state)
{
    char text[256] = "";

    (void)state;
    if (MB_CUR_MAX == 1)
        skip();
    while (strlen(text) < 240)
        strcat(text, "計");
    assert_fits(report(doctor_of(MARK_OK, text, "", ""), &UTF8));
    has(report(doctor_of(MARK_OK, text, "", ""), &UTF8), "計");
}

static void ascii_is_all_that_is_written_where_there_is_no_more(void **state)
{
    const char *text = report(doctor_of(MARK_NOTE, "ends in ‹moving›, of 計算", "‹gc›", "é"), &ASCII);

    (void)state;
    has(text, "-  memory       ends in <moving>, of ??");
    has(text, "<gc>");
    for (; *text != '\0'; text++)
        assert_true((*text & 0x80) == 0);
}

static void colours_are_written_when_asked_for(void **state)
{
    const struct doctor_style colored = {.utf8 = true, .colors = true};

    (void)state;
    has(report(doctor_of(MARK_NO, "no", "", ""), &colored), "\033[1;31m✗ \033[0m memory");
    assert_null(strchr(report(doctor_of(MARK_NO, "no", "", ""), &UTF8), '\033'));
}

static void a_note_keeps_nothing_from_working(void **state)
{
    (void)state;
    assert_true(doctor_is_well(doctor_of(MARK_NOTE, "x", "", "")));
    assert_true(doctor_is_well(doctor_of(MARK_OK, "x", "", "")));
    assert_false(doctor_is_well(doctor_of(MARK_NO, "x", "", "")));
}

static void more_findings_than_there_is_room_for_are_left_out(void **state)
{
    struct doctor *doctor = doctor_of(MARK_OK, "x", "", "");
    const struct finding finding = doctor->findings[0];

    (void)state;
    for (size_t i = 0; i < 2 * DOCTOR_FINDINGS_MAX; i++)
        doctor_add(doctor, &finding, 1);
    assert_int_equal(doctor->count, DOCTOR_FINDINGS_MAX);
}

/* Whoever runs this, on whatever machine: each check says something, and of what is not right what changes
   it. */
static void this_machine_and_this_process_are_looked_at(void **state)
{
    struct doctor doctor = {0};

    (void)state;
    doctor_examine_machine(&doctor);
    assert_true(doctor.count >= 2);
    doctor_examine_process(&doctor, getpid()); /* which is no Python */
    for (size_t i = 0; i < doctor.count; i++) {
        assert_true(strlen(doctor.findings[i].text) > 3);
        assert_true(strlen(doctor.findings[i].name) < 13);
    }
    assert_false(doctor_is_well(&doctor));
    assert_fits(report(&doctor, &UTF8));
    assert_fits(report(&doctor, &ASCII));
    has(doctor.findings[doctor.count - 1].text, "not a Python process");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_is_aligned),
        cmocka_unit_test(long_texts_are_wrapped),
        cmocka_unit_test(wide_letters_are_counted),
        cmocka_unit_test(ascii_is_all_that_is_written_where_there_is_no_more),
        cmocka_unit_test(colours_are_written_when_asked_for),
        cmocka_unit_test(a_note_keeps_nothing_from_working),
        cmocka_unit_test(more_findings_than_there_is_room_for_are_left_out),
        cmocka_unit_test(this_machine_and_this_process_are_looked_at),
    };

    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        setlocale(LC_CTYPE, "");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
