#include "memory/loaded.h"

#include <elf.h>
#include <string.h>

enum {
    SEGMENTS_MAX = 64,
    DYNAMICS_MAX = 256,   /* entries of a dynamic section */
    CHAIN_MAX = 4096,     /* symbols of one bucket */
    NAME_MAX_BYTES = 64,
};

/* Where in the process the tables are, and how the hash table is made (the section DT_GNU_HASH as
   binutils' bfd/elflink.c writes it: four words, a bloom filter, buckets, chains). */
struct tables {
    uint64_t bias;
    remote_addr symbols;
    remote_addr strings;
    remote_addr hash;
    remote_addr buckets;
    remote_addr chains;
    uint32_t bucket_count;
    uint32_t first_hashed; /* the number of the first symbol that is in a chain */
};

static bool read_header(struct reader *reader, remote_addr start, Elf64_Ehdr *header)
{
    return reader_read(reader, start, header, sizeof *header) &&
           memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
           header->e_phentsize == sizeof(Elf64_Phdr) && header->e_phnum <= SEGMENTS_MAX;
}

/* Finds the dynamic section, and how far the image stands from where its file says. */
static bool find_dynamic(struct reader *reader, remote_addr start, struct tables *tables,
                         remote_addr *dynamic, size_t *entries)
{
    Elf64_Phdr segments[SEGMENTS_MAX];
    const Elf64_Phdr *found = NULL;
    bool has_first = false;
    Elf64_Ehdr header;

    if (!read_header(reader, start, &header) ||
        !reader_read(reader, remote_plus(start, (int64_t)header.e_phoff), segments,
                     header.e_phnum * sizeof segments[0]))
        return false;
    for (size_t i = 0; i < header.e_phnum; i++) {
        if (segments[i].p_type == PT_DYNAMIC)
            found = &segments[i];
        if (segments[i].p_type == PT_LOAD && segments[i].p_offset == 0) {
            tables->bias = start.value - segments[i].p_vaddr;
            has_first = true;
        }
    }
    if (found == NULL || !has_first)
        return false;
    *dynamic = remote_at(found->p_vaddr + tables->bias);
    *entries = found->p_memsz / sizeof(Elf64_Dyn);
    if (*entries > DYNAMICS_MAX)
        *entries = DYNAMICS_MAX;
    return true;
}

/* glibc has put the addresses in the process into the dynamic section, musl leaves those of the file. */
static remote_addr place_of(const struct tables *tables, uint64_t told)
{
    return remote_at(told >= tables->bias ? told : told + tables->bias);
}

static bool read_tables(struct reader *reader, remote_addr start, struct tables *tables)
{
    Elf64_Dyn entries[DYNAMICS_MAX];
    remote_addr dynamic;
    uint32_t head[4];
    size_t count;

    *tables = (struct tables){0};
    if (!find_dynamic(reader, start, tables, &dynamic, &count) ||
        !reader_read(reader, dynamic, entries, count * sizeof entries[0]))
        return false;
    for (size_t i = 0; i < count && entries[i].d_tag != DT_NULL; i++) {
        const remote_addr place = place_of(tables, entries[i].d_un.d_ptr);

        if (entries[i].d_tag == DT_SYMTAB)
            tables->symbols = place;
        else if (entries[i].d_tag == DT_STRTAB)
            tables->strings = place;
        else if (entries[i].d_tag == DT_GNU_HASH)
            tables->hash = place;
    }
    if (remote_is_null(tables->symbols) || remote_is_null(tables->strings) ||
        remote_is_null(tables->hash) || !reader_read(reader, tables->hash, head, sizeof head))
        return false;
    tables->bucket_count = head[0];
    tables->first_hashed = head[1];
    tables->buckets = remote_plus(tables->hash, (int64_t)sizeof head + 8 * (int64_t)head[2]);
    tables->chains = remote_plus(tables->buckets, 4 * (int64_t)head[0]);
    return tables->bucket_count > 0;
}

static uint32_t hash_of(const char *name)
{
    uint32_t hash = 5381;

    for (; *name != '\0'; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

/* Whether the symbol of that number is the one that is looked for, which gets its address then. */
static bool match(struct reader *reader, const struct tables *tables, uint32_t number,
                  struct elf_symbol *symbol)
{
    const size_t length = strlen(symbol->name) + 1;
    char name[NAME_MAX_BYTES];
    Elf64_Sym entry;

    if (length > sizeof name ||
        !reader_read(reader, remote_plus(tables->symbols, (int64_t)(number * sizeof entry)), &entry,
                     sizeof entry) ||
        entry.st_shndx == SHN_UNDEF || entry.st_value == 0 ||
        !reader_read(reader, remote_plus(tables->strings, entry.st_name), name, length) ||
        memcmp(name, symbol->name, length) != 0)
        return false;
    symbol->found = true;
    symbol->address = entry.st_value + tables->bias;
    return true;
}

static void look_up(struct reader *reader, const struct tables *tables, struct elf_symbol *symbol)
{
    const uint32_t hash = hash_of(symbol->name);
    uint32_t number;

    if (!reader_read(reader, remote_plus(tables->buckets, 4 * (int64_t)(hash % tables->bucket_count)),
                     &number, sizeof number) ||
        number < tables->first_hashed)
        return;
    for (unsigned i = 0; i < CHAIN_MAX; i++, number++) {
        const int64_t at = 4 * ((int64_t)number - tables->first_hashed);
        uint32_t chained; /* the lowest bit ends the chain */

        if (!reader_read(reader, remote_plus(tables->chains, at), &chained, sizeof chained) ||
            ((chained | 1) == (hash | 1) && match(reader, tables, number, symbol)) ||
            (chained & 1) != 0)
            return;
    }
}

bool loaded_find(struct reader *reader, remote_addr start, struct elf_symbol *symbols, size_t count)
{
    struct tables tables;

    if (!read_tables(reader, start, &tables))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!symbols[i].found && symbols[i].name[0] != '.')
            look_up(reader, &tables, &symbols[i]);
    return true;
}
