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
};

static void match(struct elf_symbol *symbols, size_t count, const char *name, uint64_t address)
{
    for (size_t i = 0; i < count; i++) {
        if (!symbols[i].found && strcmp(symbols[i].name, name) == 0) {
            symbols[i].found = true;
            symbols[i].address = address;
        }
    }
}

/* Whether neither the section nor the one with its strings is too large. */
static bool is_readable(Elf *elf, const GElf_Shdr *header)
{
    GElf_Shdr strings;

    return header->sh_size <= SECTION_BYTES_MAX &&
           gelf_getshdr(elf_getscn(elf, header->sh_link), &strings) != NULL &&
           strings.sh_size <= SECTION_BYTES_MAX;
}

/* Looks at no more than `left` entries, and takes them from it. */
static void search_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                           struct elf_symbol *symbols, size_t count, size_t *left)
{
    Elf_Data *data = is_readable(elf, header) ? elf_getdata(section, NULL) : NULL;
    const size_t total = data != NULL && header->sh_entsize != 0
                             ? (size_t)(header->sh_size / header->sh_entsize)
                             : 0;
    const size_t looked_at = total < *left ? total : *left;

    *left -= looked_at;
    for (size_t i = 0; i < looked_at; i++) {
        GElf_Sym symbol;
        const char *name;

        if (gelf_getsym(data, (int)i, &symbol) == NULL)
            return;
        if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0)
            continue;
        name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name != NULL)
            match(symbols, count, name, symbol.st_value);
    }
}

static void search_sections(Elf *elf, struct elf_symbol *symbols, size_t count)
{
    Elf_Scn *section = NULL;
    size_t left = SYMBOLS_MAX;
    size_t section_count, names;
    GElf_Shdr strings;

    if (elf_getshdrnum(elf, &section_count) != 0 || section_count > SECTIONS_MAX ||
        elf_getshdrstrndx(elf, &names) != 0 ||
        gelf_getshdr(elf_getscn(elf, names), &strings) == NULL ||
        strings.sh_size > SECTION_BYTES_MAX)
        return;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        const char *name;

        if (gelf_getshdr(section, &header) == NULL)
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        if (name != NULL && header.sh_addr != 0)
            match(symbols, count, name, header.sh_addr);
        if (header.sh_type == SHT_SYMTAB || header.sh_type == SHT_DYNSYM)
            search_symbols(elf, section, &header, symbols, count, &left);
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
    if (ok)
        search_sections(elf, symbols, count);
    elf_end(elf);
    return ok;
}
