/*
 * embedding - a program that runs Python in itself: embedding SCRIPT [ARGUMENT...]
 *
 * With -DLIBRARY="…" it loads that libpython by dlopen, so that none of its symbols is known to others; else it is
 * linked with one, shared or static. Built by tests/live/embedding.sh.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <dlfcn.h>
#include <stdio.h>

#ifdef LIBRARY
#define CALL(function) ((__typeof__(&function))dlsym(library, #function))
#else
#define CALL(function) (&function)
#endif

static const char RUN[] = "import runpy, sys\n"
                          "del sys.argv[0]\n"
                          "sys.path.insert(0, sys.argv[0].rpartition('/')[0])\n"
                          "runpy.run_path(sys.argv[0], run_name='__main__')\n";

int main(int argc, char **argv)
{
#ifdef LIBRARY
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
#endif
    char *options[64] = {argv[0], "-c", (char *)RUN};
    int count = 3;

    for (int i = 1; i < argc && count < 63; i++)
        options[count++] = argv[i];
    return CALL(Py_BytesMain)(count, options);
}
