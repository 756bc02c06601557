/*
 * hash - uthash, told to hand back an allocation failure instead of ending the program.
 *
 * The only file that includes uthash. After an add, ask HASH_ADD_FAILED(element): when memory ran
 * out, the element is not in the table.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(element) ((element)->hh.tbl = NULL)
#include <uthash.h>

#define HASH_ADD_FAILED(element) ((element)->hh.tbl == NULL)

#endif
