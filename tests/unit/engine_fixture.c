#include "engine_fixture.h"

#include "base/clock.h"

struct engine engine;
uint64_t now_ns;

void begin(enum engine_kind kind)
{
    const struct engine_options options = {kind, 0.02, INTERVAL_NS};

    engine_init(&engine, &options);
    now_ns = NS_PER_S;
}

void rounds(unsigned count, unsigned truncated_every)
{
    for (unsigned i = 1; i <= count; i++) {
        engine_begin(&engine, now_ns += INTERVAL_NS);
        engine_end(&engine, now_ns, 1, truncated_every != 0 && i % truncated_every == 0);
    }
}
