/* The seed's cache-aside protocol for SPIN: one key, READERS app instances that read once, WRITERS that write once, at most
 * FAULTS lost messages, every first request in flight at the start. Every state of the protocol is one state of SPIN.
 *
 *   spin -a -DREADERS=3 -DWRITERS=3 -DFAULTS=1 cache_aside.pml
 *
 * One process with one control location, whose every option is a d_step: no state is stored in the middle of a step, and none
 * for starting processes. The variables are bit fields, so that the state vector is as short as SPIN allows. A value v is kept
 * as v + 1; 0 is an empty cache, a miss, no value, and a field without meaning. Writer w writes w. */

#if READERS == 1
#define EACH_READER(f) f(1)
#elif READERS == 2
#define EACH_READER(f) f(1) f(2)
#elif READERS == 3
#define EACH_READER(f) f(1) f(2) f(3)
#elif READERS == 4
#define EACH_READER(f) f(1) f(2) f(3) f(4)
#else
#error READERS: 1 to 4
#endif

#if WRITERS == 1
#define EACH_WRITER(f) f(1)
#elif WRITERS == 2
#define EACH_WRITER(f) f(1) f(2)
#elif WRITERS == 3
#define EACH_WRITER(f) f(1) f(2) f(3)
#else
#error WRITERS: 1 to 3
#endif

#if FAULTS < 0 || FAULTS > 7
#error FAULTS: 0 to 7
#endif

/* A reader's point: which message of its is in flight. */
#define GET    0  /* request to the cache */
#define GOT    1  /* its reply: the value, 0 for a miss */
#define LOOK   2  /* request to the database */
#define FOUND  3  /* its reply: the value */
#define FILL   4  /* request to the cache: set the value */
#define FILLED 5  /* its reply */
#define READ   6  /* none: done with the value, 0 for none */

/* A writer's point. */
#define SET     0  /* request to the database */
#define STORED  1  /* its reply */
#define DELETE  2  /* request to the cache */
#define DELETED 3  /* its reply */
#define WRITTEN 4  /* none: done */

#define READER(i) unsigned reader##i : 3 = GET; unsigned value##i : 3 = 0;
#define WRITER(i) unsigned writer##i : 3 = SET;

EACH_READER(READER)
EACH_WRITER(WRITER)
unsigned database : 3 = 1;
unsigned entry : 3 = 0;
#if FAULTS > 0
unsigned lost : 3 = 0;
#endif

/* coherent-at-rest, judged when an instance is done. */
#define AND_READER_IS_DONE(i) && reader##i == READ
#define AND_WRITER_IS_DONE(i) && writer##i == WRITTEN
inline check() {
  assert(!(true EACH_READER(AND_READER_IS_DONE) EACH_WRITER(AND_WRITER_IS_DONE)) || entry == 0 || entry == database)
}

/* The message in flight is handled or received. */
#define READER_GOES_ON(i) \
  :: d_step { reader##i == GET    -> value##i = entry; reader##i = GOT } \
  :: d_step { reader##i == GOT    -> if :: value##i != 0 -> reader##i = READ; check() :: else -> reader##i = LOOK fi } \
  :: d_step { reader##i == LOOK   -> value##i = database; reader##i = FOUND } \
  :: d_step { reader##i == FOUND  -> reader##i = FILL } \
  :: d_step { reader##i == FILL   -> entry = value##i; reader##i = FILLED } \
  :: d_step { reader##i == FILLED -> reader##i = READ; check() }
#define WRITER_GOES_ON(i) \
  :: d_step { writer##i == SET     -> database = i + 1; writer##i = STORED } \
  :: d_step { writer##i == STORED  -> writer##i = DELETE } \
  :: d_step { writer##i == DELETE  -> entry = 0; writer##i = DELETED } \
  :: d_step { writer##i == DELETED -> writer##i = WRITTEN; check() }

/* The message in flight is lost, and the instance times out. */
#define READER_LOSES(i) \
  :: d_step { lost < FAULTS && reader##i <= GOT -> lost++; value##i = 0; reader##i = LOOK } \
  :: d_step { lost < FAULTS && (reader##i == LOOK || reader##i == FOUND) -> lost++; value##i = 0; reader##i = READ; check() } \
  :: d_step { lost < FAULTS && (reader##i == FILL || reader##i == FILLED) -> lost++; reader##i = READ; check() }
#define WRITER_LOSES(i) \
  :: d_step { lost < FAULTS && writer##i <= STORED -> lost++; writer##i = DELETE } \
  :: d_step { lost < FAULTS && (writer##i == DELETE || writer##i == DELETED) -> lost++; writer##i = WRITTEN; check() }

active proctype system() {
end:
  do
  EACH_READER(READER_GOES_ON)
  EACH_WRITER(WRITER_GOES_ON)
#if FAULTS > 0
  EACH_READER(READER_LOSES)
  EACH_WRITER(WRITER_LOSES)
#endif
  od
}
