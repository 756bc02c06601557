/*
 * finding - what a check found, for a user: whether all is as it should be; if not, what changes that, and
 * what works without it.
 *
 * Texts are parts of sentences, clean, without a final full stop. An error is made of the same parts.
 */
#ifndef BASE_FINDING_H
#define BASE_FINDING_H

enum mark {
    MARK_OK,
    MARK_NOTE, /* worth knowing; the live view works all the same */
    MARK_NO,   /* the live view does not work */
    MARKS,
};

struct finding {
    const char *name;  /* of what was looked at: a word or two, never freed */
    enum mark mark;
    char text[320];    /* how it is */
    char remedy[192];  /* the command or setting that changes it; "": there is none, or no need */
    char without[192]; /* what works though nothing is changed; "": nothing to tell */
};

/* These fill a part from a printf format; what does not fit is cut. finding_set() also gives the mark, and
   empties the other parts. Any thread. */
void finding_set(struct finding *finding, enum mark mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void finding_remedy(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void finding_without(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
