#include "sample/plan.h"

enum {
    WOVEN_FOR = 256, /* readings of woven places, at first and after one that was torn */
};

void plan_weave(struct walk *walk)
{
    const bool weaves = !walk->held && walk->woven_left > 0;

    walk->woven_left -= weaves;
    places_weave(&walk->collector.places, weaves);
}

void plan_note_torn(struct walk *walk)
{
    /* To 3.10 a code object has a frame object of its own, which another one's calls do not use. */
    if (!walk->held && !layout_has_frame_objects(walk->layout))
        walk->woven_left = WOVEN_FOR;
}

bool plan_is_arranged(const struct walk *walk, const struct collection *collection)
{
    return !collection->parts->places->woven || (walk->room->in_order && walk->room->at_innermost);
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
