#include "base/finding.h"

#include <stdarg.h>
#include <stdio.h>

void finding_set(struct finding *finding, enum mark mark, const char *format, ...)
{
    va_list arguments;

    finding->mark = mark;
    finding->remedy[0] = finding->without[0] = '\0';
    va_start(arguments, format);
    vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
}

void finding_remedy(struct finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(finding->remedy, sizeof finding->remedy, format, arguments);
    va_end(arguments);
}

void finding_without(struct finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(finding->without, sizeof finding->without, format, arguments);
    va_end(arguments);
}
