/*
 * loaded - finds exported symbols of an executable or a library in the memory of the process that runs it.
 *
 * What a dynamic linker needs stands in memory: the program headers, and by them the dynamic section with its
 * tables of symbols. So what memory may be read of may be looked into also where no way leads to the file, which is
 * deleted, replaced, or on a file system of its own; and where the file has no section headers. What is not
 * exported is not found so (elf.h finds that, too).
 */
#ifndef MEMORY_LOADED_H
#define MEMORY_LOADED_H

#include "memory/address.h"
#include "memory/elf.h"
#include "memory/reader.h"

/* Looks for `count` symbols in the image whose first byte, that of its ELF header, is mapped at `start`; those
   found get the addresses at which they stand in the process. False when that is no image of this machine's
   kind, or has no table of symbols that are found by a hash of the GNU kind. Any thread. */
bool loaded_find(struct reader *reader, remote_addr start, struct elf_symbol *symbols, size_t count);

#endif
