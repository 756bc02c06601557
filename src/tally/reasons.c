#include "tally/reasons.h"

static const struct reason WORDS[REASONS] = {
    [REASON_ASKED] = {"asked", "", "as asked for"},
    [REASON_FIRST] = {"first", "at first", "remote at first, and the end came before it was decided"},
    [REASON_STEADY] = {"steady", "few torn", "remote while few stacks were torn (1 % of a second's, or less)"},
    [REASON_TORN] = {"torn", "many torn", "rode while many stacks were torn (more than 1 %, up to when it was 0.5)"},
    [REASON_COMPANY] = {"company", "several", "remote while there were several processes"},
    [REASON_NO_CPU] = {"no-cpu", "not on its CPU", "remote while it ran where tachyon-top may not"},
    [REASON_BURSTS] = {"bursts", "in bursts", "in bursts, from elsewhere, as no other way is so fast"},
};

const struct reason *reason_words(unsigned reason)
{
    return &WORDS[reason < REASONS ? reason : REASON_ASKED];
}
