#include "sample/exception.h"

#include "base/bytes.h"

enum {
    ITEMS_MAX = 4096,
    FOREIGN_MAX = 8, /* items that are read now */
};

/* The bytes of the item at `address`: in the thread state, or in a generator (from 3.11 on in front of its
   frame) as it was read last; NULL when it is in neither. */
static const unsigned char *find_item(struct collector *collector,
                                      const struct collection *collection, remote_addr address)
{
    const uint64_t offset = address.value - collector->thread.value;
    struct collected found;

    if (offset <= collector->state_bytes - collector->layout->handled.size)
        return collection->state + offset;
    return collection_find(collection, address, collector->layout->handled.size, &found) ? found.second
                                                                                         : NULL;
}

bool exception_active(struct collector *collector, const struct collection *collection,
                      remote_addr none)
{
    const struct layout *layout = collector->layout;
    remote_addr address = remote_at(word_at(collection->state, layout->thread.handled));
    unsigned foreign = 0;

    if (word_at(collection->state, layout->thread.raised) != 0)
        return true;
    for (unsigned i = 0; i < ITEMS_MAX && !remote_is_null(address) && !remote_is_null(none); i++) {
        const unsigned char *item = find_item(collector, collection, address);
        unsigned char bytes[LAYOUT_HANDLED_BYTES_MAX];
        uint64_t value;

        if (item == NULL) {
            if (foreign++ == FOREIGN_MAX ||
                !reader_read(collector->reader, address, bytes, layout->handled.size))
                return false;
            item = bytes;
        }
        value = word_at(item, layout->handled.value);
        if (value != 0 && value != none.value)
            return true;
        address = remote_at(word_at(item, layout->handled.previous));
    }
    return false;
}
