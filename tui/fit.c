#include "tui/fit.h"

static const struct fit_form *form_of(const struct fit_item *item)
{
    return item->form < 0 ? NULL : &item->forms[item->form];
}

static int width_of_all(const struct fit_item *items, size_t count)
{
    int width = 0;

    for (size_t i = 0; i < count; i++)
        if (items[i].form >= 0)
            width += form_of(&items[i])->width + (width > 0 ? items[i].gap : 0);
    return width;
}

static bool shrink_least_important(struct fit_item *items, size_t count)
{
    struct fit_item *least = NULL;

    for (size_t i = 0; i < count; i++)
        if (items[i].form >= 0 &&
            (!least || form_of(&items[i])->priority < form_of(least)->priority))
            least = &items[i];
    if (!least)
        return false;
    if (++least->form == FIT_FORMS || least->forms[least->form].width == 0)
        least->form = -1;
    return true;
}

/* The item's next wider form; -1 when it has its widest. */
static int wider_form(const struct fit_item *item)
{
    if (item->form >= 0)
        return item->form - 1;
    int form = FIT_FORMS - 1;
    while (form >= 0 && item->forms[form].width == 0)
        form--;
    return form;
}

/* What went may leave more room than was needed: gives it back to the most important form that fits
   in `width`. */
static bool widen_most_important(struct fit_item *items, size_t count, int width)
{
    struct fit_item *most = NULL;
    int best = 0;

    for (size_t i = 0; i < count; i++) {
        int form = wider_form(&items[i]);
        int now = items[i].form;

        if (form < 0 || (most && items[i].forms[form].priority <= best))
            continue;
        items[i].form = form;
        if (width_of_all(items, count) <= width) {
            most = &items[i];
            best = items[i].forms[form].priority;
        }
        items[i].form = now;
    }
    if (most)
        most->form = wider_form(most);
    return most != NULL;
}

/* Hands out up to `left` columns to those that wish for them; returns what nobody wanted. */
static int grant_wishes(struct fit_item *items, size_t count, int left)
{
    bool wanted = true;

    while (left > 0 && wanted) {
        wanted = false;
        for (size_t i = 0; i < count && left > 0; i++) {
            const struct fit_form *form = form_of(&items[i]);

            if (!form || items[i].extra >= form->wish)
                continue;
            items[i].extra++;
            left--;
            wanted = true;
        }
    }
    return left;
}

void fit(struct fit_item *items, size_t count, int width)
{
    for (size_t i = 0; i < count; i++) {
        items[i].form = items[i].forms[0].width > 0 ? 0 : -1;
        items[i].extra = 0;
    }
    while (width_of_all(items, count) > width && shrink_least_important(items, count))
        continue;
    while (widen_most_important(items, count, width))
        continue;

    int left = grant_wishes(items, count, width - width_of_all(items, count));
    int column = 0;
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (items[i].right) {
            column += left;
            left = 0;
        }
        if (items[i].form < 0)
            continue;
        column += first ? 0 : items[i].gap;
        first = false;
        items[i].column = column;
        items[i].width = form_of(&items[i])->width + items[i].extra;
        column += items[i].width;
    }
}
