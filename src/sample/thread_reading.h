/*
 * thread_reading - one reading of a thread's stack, into the sample that the thread holds: proven, named, and made again where
 * that would tell more.
 *
 * The thread that has the GIL is ridden along with, or stopped meanwhile, where that is the way to read it (engine.h,
 * blocking.h). The sampler thread alone uses it.
 */
#ifndef SAMPLE_THREAD_READING_H
#define SAMPLE_THREAD_READING_H

struct target_thread;
struct thread_round;

enum thread_reading {
    READING_DONE,
    READING_UNSEEN, /* not every code object on the stack is known: what is above one is left out */
    READING_FAILED,
    READING_NO_ROOM,
    READING_OF_ANOTHER,
};

/* Reads the stack into the held sample. Where it was stopped half way in a call or a return, it is let go and stopped
   anew. */
enum thread_reading thread_reading_make(struct target_thread *thread, const struct thread_round *round);

/* There is no stack, as there is no thread state: the held sample is without frames. */
enum thread_reading thread_reading_none(struct target_thread *thread);

#endif
