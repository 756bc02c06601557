/*
 * elf - finds symbols and sections in an ELF file: where they are once the file is mapped.
 *
 * The only file that includes libelf.
 */
#ifndef MEMORY_ELF_H
#define MEMORY_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What to look for, and where it was found: addresses as the file tells them, before relocation. */
struct elf_symbol {
    const char *name;    /* a symbol's, or a section's when it begins with a dot */
    bool found;
    uint64_t address;
};

/* Looks for `count` symbols in the tables of dynamic and of all symbols of the file open at `fd`, and
   for sections by name. `load_address` gets the address that the byte at `file_offset`
   would be mapped at without relocation. False when it is no ELF file of this machine's kind, or
   that offset is not loaded. Any thread. */
bool elf_find(int fd, uint64_t file_offset, uint64_t *load_address, struct elf_symbol *symbols,
              size_t count);

#endif
