#include "memory/elf.h"

#include <gelf.h>
#include <libelf.h>
#include <string.h>
#include <unistd.h>

/* A file may be made up to cost all the time or memory there is: it may name the same symbols in any
   number of sections, and one with holes has sections as large as it likes, which libelf reads whole. */
enum {
    SYMBOLS_MAX = 1 << 24,
    SECTIONS_MAX = 1 << 16,
    SECTION_BYTES_MAX = 1 << 28,
    FILE_BYTES_MAX = 1 << 29, /* of all sections, which are kept until its end */
};

/* What is looked for in a file, and what that may still take. */
struct search {
    Elf *elf;
    struct elf_symbol *symbols;
    size_t count;
    size_t symbols_left;
    uint64_t bytes_left;
};

static void match(struct search *search, const char *name, uint64_t address)
{
    for (size_t i = 0; i < search->count; i++) {
        struct elf_symbol *symbol = &search->symbols[i];

        if (!symbol->found && strcmp(symbol->name, name) == 0) {
            symbol->found = true;
            symbol->address = address;
        }
    }
}

static bool all_found(const struct search *search)
{
    for (size_t i = 0; i < search->count; i++)
        if (!search->symbols[i].found)
            return false;
    return true;
}

/* Whether a section may be read, which it is taken to be from here on. */
static bool take_bytes(struct search *search, const GElf_Shdr *header)
{
    if (header->sh_size > SECTION_BYTES_MAX || header->sh_size > search->bytes_left)
        return false;
    search->bytes_left -= header->sh_size;
    return true;
}

/* Whether the section may be, and the one with its strings. */
static bool is_readable(struct search *search, const GElf_Shdr *header)
{
    GElf_Shdr strings;

    return header->sh_entsize != 0 && search->symbols_left > 0 && take_bytes(search, header) &&
           gelf_getshdr(elf_getscn(search->elf, header->sh_link), &strings) != NULL &&
           take_bytes(search, &strings);
}

/* Looks at no more entries than are left, and takes them from these. */
static void search_symbols(struct search *search, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = is_readable(search, header) ? elf_getdata(section, NULL) : NULL;
    const size_t total = data != NULL ? (size_t)(header->sh_size / header->sh_entsize) : 0;
    const size_t looked_at = total < search->symbols_left ? total : search->symbols_left;

    search->symbols_left -= looked_at;
    for (size_t i = 0; i < looked_at; i++) {
        GElf_Sym symbol;
        const char *name;

        if (gelf_getsym(data, (int)i, &symbol) == NULL)
            return;
        if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0)
            continue;
        name = elf_strptr(search->elf, header->sh_link, symbol.st_name);
        if (name != NULL)
            match(search, name, symbol.st_value);
    }
}

static void search_sections(struct search *search)
{
    Elf *elf = search->elf;
    Elf_Scn *section = NULL;
    size_t section_count, names;
    GElf_Shdr strings;

    if (elf_getshdrnum(elf, &section_count) != 0 || section_count > SECTIONS_MAX ||
        elf_getshdrstrndx(elf, &names) != 0 ||
        gelf_getshdr(elf_getscn(elf, names), &strings) == NULL || !take_bytes(search, &strings))
        return;
    while (!all_found(search) && (section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        const char *name;

        if (gelf_getshdr(section, &header) == NULL)
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        if (name != NULL && header.sh_addr != 0)
            match(search, name, header.sh_addr);
        if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
            search_symbols(search, section, &header);
    }
}

/* The kernel maps whole pages: a segment's first page begins before its p_offset. */
static bool find_load_address(Elf *elf, uint64_t file_offset, uint64_t *load_address)
{
    const uint64_t page_mask = (uint64_t)sysconf(_SC_PAGESIZE) - 1;
    size_t count;

    if (elf_getphdrnum(elf, &count) != 0)
        return false;
    for (size_t i = 0; i < count && i < INT32_MAX; i++) {
        GElf_Phdr segment;

        if (gelf_getphdr(elf, (int)i, &segment) == NULL)
            return false;
        if (segment.p_type == PT_LOAD && file_offset >= (segment.p_offset & ~page_mask) &&
            file_offset < segment.p_offset + segment.p_filesz) {
            *load_address = segment.p_vaddr - segment.p_offset + file_offset;
            return true;
        }
    }
    return false;
}

bool elf_find(int fd, uint64_t file_offset, uint64_t *load_address, struct elf_symbol *symbols,
              size_t count)
{
    struct search search = {
        .symbols = symbols, .count = count, .symbols_left = SYMBOLS_MAX, .bytes_left = FILE_BYTES_MAX};
    Elf *elf;
    bool ok;

    if (elf_version(EV_CURRENT) == EV_NONE)
        return false;
    /* Not mapped: a file that its owner cuts short under us must give an error, not SIGBUS. */
    elf = elf_begin(fd, ELF_C_READ, NULL);
    if (elf == NULL)
        return false;
    ok = elf_kind(elf) == ELF_K_ELF && gelf_getclass(elf) == ELFCLASS64 &&
         find_load_address(elf, file_offset, load_address);
    search.elf = elf;
    if (ok)
        search_sections(&search);
    elf_end(elf);
    return ok;
}
