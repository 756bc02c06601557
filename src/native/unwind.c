#include "native/unwind.h"

#include <libunwind.h>

#define TEXT(number) #number
#define DOTTED(major, minor, extra) TEXT(major) "." TEXT(minor) "." TEXT(extra)

const char *unwind_version(void)
{
    return DOTTED(UNW_VERSION_MAJOR, UNW_VERSION_MINOR, UNW_VERSION_EXTRA);
}
