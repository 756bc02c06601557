#include "sample/plan.h"

enum {
    WARY_FOR = 256, /* readings, at first and after one that was torn */
};

void plan_weave(struct walk *walk)
{
    walk->wary = !walk->held && walk->wary_left > 0;
    walk->wary_left -= walk->wary;
    places_weave(&walk->collector.places, walk->wary && walk->outside);
}

void plan_be_wary(struct walk *walk)
{
    /* To 3.10 a code object has a frame object of its own, which another one's calls do not use. */
    if (walk->held || layout_has_frame_objects(walk->layout))
        return;
    walk->wary_left = WARY_FOR;
    walk->wary = true;
}

void plan_note_torn(struct walk *walk)
{
    walk->outside |= walk->room->met_outside;
    plan_be_wary(walk);
}

bool plan_was_kept(struct walk *walk, const struct collection *collection)
{
    const struct places *places = collection->parts->places;

    walk->outside = walk->room->met_outside;
    if (!walk->wary || !walk->outside)
        return true;
    if (!places->woven)
        return places->weaves;
    return walk->room->in_order && walk->room->at_innermost;
}

struct collect_parts plan_divide(struct walk *walk)
{
    struct places *places = &walk->collector.places;
    struct places_parts *parts = &walk->parts;
    const size_t upper_bytes = recall_is_of(&walk->recall, places) ? walk->recall.upper_bytes : 0;

    if (!places_split(places, parts, upper_bytes))
        return (struct collect_parts){.places = places};
    return (struct collect_parts){
        .places = &parts->upper,
        .lower = parts->lower.count > 0 ? &parts->lower : NULL,
        .steady = parts->steady.count > 0 ? &parts->steady : NULL,
    };
}

void plan_take_marks(struct walk *walk)
{
    places_take_marks(&walk->collector.places, &walk->parts.upper);
    places_take_marks(&walk->collector.places, &walk->parts.steady);
}
