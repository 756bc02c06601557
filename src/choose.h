/*
 * choose - lets the user choose among the Python processes of this machine, on the screen.
 *
 * Main thread. With main.c it is what sees both src/ and tui/.
 */
#ifndef CHOOSE_H
#define CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "options.h"
#include "tui/screen.h"

struct choice;

/* Nothing is chosen yet; NULL with the reason. */
struct choice *choice_new(struct error *error);
void choice_free(struct choice *choice);

/* Shows the list, and puts the processes chosen into `options`. False: the user does not want any, with ERROR_NONE, or
   with the reason why it could not be. It may be shown again: marks and filter stay. */
bool choice_make(struct choice *choice, struct screen *screen, struct options *options,
                 struct error *error);

/* Tells, when the list is shown next, why what was chosen could not be opened. */
void choice_tell(struct choice *choice, const struct error *error);

#endif
