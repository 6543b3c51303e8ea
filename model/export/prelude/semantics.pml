
/* What every protocol shares: what the servers answer and keep, what an app instance remembers, how messages get lost. A
 * value v is kept as v + 1, so 0 is none. Every step is one d_step of a process with one control location, so no state is
 * stored in the middle of one; `me` is the app instance that acts. */
#define me _pid

/* How a request turns out. */
#define OK 1
#define VALUE 2
#define MISS 3
#define CONFLICT 4
#define MARKER 5
#define GRANTED 6
#define DENIED 7
#define STALE 8
#define WON 9
#define NO_ROW_THERE 10

#define CACHE 1
#define DATABASE 2
#define CHANNEL 3

/* Where a cache stands: in each app instance one, or one that all share. */
#if LOCAL
#define CELLS (APPS * ENTRIES)
#define CELL(an_app, an_entry) ((an_app) * ENTRIES + an_entry)
#else
#define CELLS ENTRIES
#define CELL(an_app, an_entry) (an_entry)
#endif
#define HERE(an_entry) CELL(me, an_entry)

/* The database has a row, and the version of it; the cache holds entries. */
byte row = 1;
byte row_version;
byte entry_value[CELLS] = FILLED_AT_FIRST;
bool entry_expires[CELLS] = EXPIRES_AT_FIRST;
bool entry_marker[CELLS];
byte entry_version[CELLS];
byte entry_generation[CELLS];
bool entry_stale[CELLS];
bool entry_lease[CELLS];
#if LOCAL
byte to_hear[CELLS];    /* how often it is yet to hear that the entry has changed */
#endif

/* An app instance stands between operations (0), waits for a request, or has a reply on its way: a location each. */
bool begun[APPS];
PLACE at[APPS];
byte value[APPS];       /* what it has received */
byte reply[APPS];       /* in the reply on its way */
byte number[APPS];      /* likewise: a version or a generation */
byte version[APPS];
byte generation[APPS];
bool unchanged[APPS];   /* what it watches */
bool crashed[APPS];

#if BUDGETS > 0
byte spent[BUDGETS];    /* how many of its faults have happened */
#endif

/* What an app instance has sent and does not wait for, oldest first; 0: no request. */
#if SENT > 0
ASK sent[APPS * SENT];
byte sent_carried[APPS * SENT];
bool sent_unchanged[APPS * SENT];
byte sent_number[APPS * SENT];
bool sent_cut[APPS * SENT];  /* its connection was given up */
#endif

/* What is handled at any later moment. Their order says nothing. */
#if LATE > 0
ASK late[APPS * LATE];
byte late_carried[APPS * LATE];
bool late_unchanged[APPS * LATE];
byte late_number[APPS * LATE];
#endif

/* Within a step: a request as it reaches a server, and what that answers. Each is set before it is read. */
hidden byte asked_carried;
hidden byte asked_unchanged;
hidden byte asked_number;
hidden byte asked_held;
hidden byte how;
hidden byte found;
hidden byte numbered;
hidden byte was_there;
hidden byte each;
hidden byte place;
hidden byte carrying;

#define THERE(an_entry) \
  (entry_value[an_entry] != 0 || entry_marker[an_entry] || entry_generation[an_entry] != 0 || entry_lease[an_entry])

/* One that is stale is passed over while the next to get it wins its lease. */
#define COHERENT(an_entry) \
  (entry_value[an_entry] == 0 || entry_value[an_entry] == row || (entry_stale[an_entry] && !entry_lease[an_entry]))

inline answer(an_outcome, a_value, a_number) { how = an_outcome; found = a_value; numbered = a_number }
inline only_if(it_holds) { how = (it_holds -> OK : CONFLICT); found = 0; numbered = 0 }
inline asked(it_carries, it_is_unchanged, its_number, it_holds) {
  asked_carried = it_carries; asked_unchanged = it_is_unchanged; asked_number = its_number; asked_held = it_holds
}

/* Nobody who watches the entry finds it unchanged any more. */
inline touched(an_entry) {
#if WATCHES
  each = 0;
  do
  :: each < APPS -> unchanged[each] = unchanged[each] && CELL(each, WATCHED(each)) != an_entry; each++
  :: else -> break
  od;
#if SENT > 0
  each = 0;
  do
  :: each < APPS * SENT -> sent_unchanged[each] = sent_unchanged[each] && CELL(each / SENT, ENTRY_OF(sent[each])) != an_entry; each++
  :: else -> break
  od;
#endif
#if LATE > 0
  each = 0;
  do
  :: each < APPS * LATE -> late_unchanged[each] = late_unchanged[each] && CELL(each / LATE, ENTRY_OF(late[each])) != an_entry; each++
  :: else -> break
  od;
#endif
#endif
  skip
}

inline touched_if(it_holds, an_entry) {
  if
  :: it_holds -> touched(an_entry)
  :: else
  fi
}

/* What the cache does. To set the same again is a change to who watches, to delete nothing is none. */
inline cleared(an_entry) {
  entry_value[an_entry] = 0; entry_expires[an_entry] = false; entry_marker[an_entry] = false; entry_version[an_entry] = 0;
  entry_generation[an_entry] = 0; entry_stale[an_entry] = false; entry_lease[an_entry] = false
}
inline dropped(an_entry) {
  was_there = THERE(an_entry);
  cleared(an_entry);
  touched_if(was_there, an_entry)
}
inline put(an_entry, it_marks, its_version, it_expires) {
  cleared(an_entry);
  entry_value[an_entry] = asked_carried; entry_marker[an_entry] = it_marks; entry_version[an_entry] = its_version;
  entry_expires[an_entry] = it_expires;
  touched(an_entry)
}
inline put_if_ok(an_entry, it_marks, its_version, it_expires) {
  if
  :: how == OK -> put(an_entry, it_marks, its_version, it_expires)
  :: else
  fi
}
inline counted(an_entry, it_expires) {
  entry_generation[an_entry]++; entry_expires[an_entry] = entry_expires[an_entry] || it_expires;
  touched(an_entry)
}

inline cache_get(an_entry) {
  if
  :: entry_value[an_entry] != 0 -> answer(VALUE, entry_value[an_entry], entry_version[an_entry])
  :: else -> answer((entry_marker[an_entry] -> MARKER : MISS), 0, 0)
  fi
}
/* Of what is not there, or is stale, the first to come takes the lease. */
inline cache_get_or_lease(an_entry) {
  if
  :: entry_value[an_entry] == 0 -> answer((entry_lease[an_entry] -> DENIED : GRANTED), 0, 0)
  :: else ->
     answer((!entry_stale[an_entry] -> VALUE : (entry_lease[an_entry] -> STALE : WON)), entry_value[an_entry],
          entry_version[an_entry])
  fi;
  entry_lease[an_entry] = entry_lease[an_entry] || how == GRANTED || how == WON
}
inline cache_exists(an_entry) { answer((THERE(an_entry) -> MARKER : MISS), 0, 0) }
inline cache_set(an_entry, it_expires) { answer(OK, 0, 0); put(an_entry, false, 0, it_expires) }
inline cache_add(an_entry, it_expires) { only_if(!THERE(an_entry)); put_if_ok(an_entry, false, 0, it_expires) }
inline cache_set_unless(an_entry, another, it_expires) { only_if(!THERE(another)); put_if_ok(an_entry, false, 0, it_expires) }
inline cache_set_if_unchanged(an_entry, it_expires) { only_if(asked_unchanged); put_if_ok(an_entry, false, 0, it_expires) }
inline cache_set_if_newer(an_entry, it_expires) {
  only_if(!THERE(an_entry) || entry_version[an_entry] < asked_number);
  put_if_ok(an_entry, false, asked_number, it_expires)
}
inline cache_mark_if_newer(an_entry, it_expires) {
  only_if(!THERE(an_entry) || entry_version[an_entry] < asked_number);
  put_if_ok(an_entry, true, asked_number, it_expires)
}
inline cache_mark(an_entry, it_expires) { answer(OK, 0, 0); put(an_entry, true, 0, it_expires) }
inline cache_mark_if_absent(an_entry, it_expires) { only_if(!THERE(an_entry)); put_if_ok(an_entry, true, 0, it_expires) }
inline cache_delete(an_entry) { answer(OK, 0, 0); dropped(an_entry) }
inline cache_mark_stale(an_entry) {
  answer(OK, 0, 0);
  was_there = THERE(an_entry);
  entry_lease[an_entry] = false; entry_stale[an_entry] = entry_value[an_entry] != 0;
  touched_if(was_there || THERE(an_entry), an_entry)
}
inline cache_count_up(an_entry, it_expires) { answer(OK, 0, 0); counted(an_entry, it_expires) }
/* Of another entry's generation, and of its own. */
inline cache_delete_and_count_up(an_entry, another, it_expires) {
  answer(OK, 0, 0); dropped(an_entry); counted(another, it_expires)
}
inline cache_purge(an_entry, it_expires) {
  answer(OK, 0, entry_generation[an_entry]);
  was_there = entry_expires[an_entry];
  cleared(an_entry);
  entry_generation[an_entry] = numbered; entry_expires[an_entry] = was_there;
  counted(an_entry, it_expires);
  answer(OK, 0, 0)
}
inline cache_get_generation(an_entry) { answer(OK, 0, entry_generation[an_entry]) }
inline cache_set_if_generation(an_entry, another, it_expires) {
  only_if(entry_generation[another] == asked_number);
  put_if_ok(an_entry, false, 0, it_expires)
}
/* Beside its own generation: what is there lives as long. */
inline cache_set_beside_generation(an_entry, it_expires) {
  only_if(entry_generation[an_entry] == asked_number);
  if
  :: how == OK ->
     entry_value[an_entry] = asked_carried; entry_marker[an_entry] = false; entry_version[an_entry] = 0;
     entry_expires[an_entry] = entry_expires[an_entry] || it_expires;
     touched(an_entry)
  :: else
  fi
}
inline increased(an_entry) {
  entry_value[an_entry] = asked_carried + (entry_value[an_entry] != 0 -> entry_value[an_entry] - 1 : 0);
  touched(an_entry)
}
inline cache_increase(an_entry) { answer(OK, 0, 0); increased(an_entry) }
inline cache_increase_if_there(an_entry) {
  only_if(entry_value[an_entry] != 0);
  if
  :: how == OK -> increased(an_entry)
  :: else
  fi
}

/* What the database does. */
inline committed(a_value) { row = a_value; row_version = row_version + VERSIONS }
inline database_get() { answer((row == NO_ROW -> NO_ROW_THERE : VALUE), row, row_version) }
inline database_look_again() { only_if(row == asked_held) }
inline database_get_version() { answer(OK, 0, row_version) }
inline database_set() { committed(asked_carried); answer(OK, 0, row_version) }
inline database_set_if_version() {
  if
  :: row_version == asked_number -> committed(asked_carried); answer(OK, 0, row_version)
  :: else -> answer(CONFLICT, 0, 0)
  fi
}
inline database_increase() { committed(row - 1 + asked_carried); answer(OK, row, row_version) }

/* What an app instance does between an answer and its next request. */
inline changes() { value[me] = value[me] + CHANGE(me) - 1 }
/* What it no longer knows once it has sent a request: what it watched before, the version of what it overwrites, the
 * generation that it asks for anew, and, where the request carries a value of its own, what it received. */
inline forgets(what_it_watched, its_version, its_generation, its_value) {
  unchanged[me] = unchanged[me] && !(what_it_watched);
  version[me] = (its_version -> 0 : version[me]);
  generation[me] = (its_generation -> 0 : generation[me]);
  value[me] = (its_value -> 0 : value[me])
}
inline received(it_keeps, it_gives_version, it_gives_generation) {
  value[me] = (it_keeps -> reply[me] : value[me]);
  version[me] = (it_gives_version -> number[me] : version[me]);
  generation[me] = (it_gives_generation -> number[me] : generation[me]);
  reply[me] = 0; number[me] = 0
}
inline answered(it_brings, it_gives) { reply[me] = (it_brings -> found : 0); number[me] = (it_gives -> numbered : 0) }
/* Only a Read that went well keeps its value: that is its result. */
inline ends(it_keeps) {
  at[me] = 0; value[me] = (it_keeps -> value[me] : 0); reply[me] = 0; number[me] = 0; version[me] = 0; generation[me] = 0;
  unchanged[me] = false
}
/* Whoever waits learns that, or that it was refused, and no more. */
inline fails(its_version, what_it_watched) {
  reply[me] = 0; number[me] = 0; version[me] = (its_version -> 0 : version[me]);
  unchanged[me] = unchanged[me] && !(what_it_watched)
}

#if SENT > 0
#define SENT_AT(a_place) (me * SENT + a_place)
inline sends(an_ask, it_carries, it_is_unchanged, its_number) {
  place = me * SENT;
  do
  :: sent[place] != 0 -> place++
  :: else -> break
  od;
  sent[place] = an_ask; sent_carried[place] = it_carries; sent_unchanged[place] = it_is_unchanged;
  sent_number[place] = its_number
}
/* What it has sent to that store goes over a connection that it uses no more. */
inline gives_up(a_store) {
  place = SENT;
  do
  :: place > 0 && (sent[me * SENT + place - 1] == 0 || STORE_OF(sent[me * SENT + place - 1]) != a_store) -> place--
  :: else -> break
  od;
  if
  :: place > 0 -> sent_cut[me * SENT + place - 1] = true
  :: else
  fi
}
/* Without one of them. One whose connection was given up takes along what went before it on that. */
inline without(a_place) {
  each = a_place;
  do
  :: each > 0 && STORE_OF(sent[me * SENT + each - 1]) != STORE_OF(sent[SENT_AT(a_place)]) -> each--
  :: else -> break
  od;
  if
  :: each > 0 && sent_cut[SENT_AT(a_place)] -> sent_cut[me * SENT + each - 1] = true
  :: else
  fi;
  each = a_place;
  do
  :: each + 1 < SENT ->
     sent[me * SENT + each] = sent[me * SENT + each + 1];
     sent_carried[me * SENT + each] = sent_carried[me * SENT + each + 1];
     sent_unchanged[me * SENT + each] = sent_unchanged[me * SENT + each + 1];
     sent_number[me * SENT + each] = sent_number[me * SENT + each + 1];
     sent_cut[me * SENT + each] = sent_cut[me * SENT + each + 1];
     each++
  :: else -> break
  od;
  sent[me * SENT + each] = 0; sent_carried[me * SENT + each] = 0; sent_unchanged[me * SENT + each] = false;
  sent_number[me * SENT + each] = 0; sent_cut[me * SENT + each] = false
}
inline asked_as_sent(a_place) {
  asked(sent_carried[SENT_AT(a_place)], sent_unchanged[SENT_AT(a_place)], sent_number[SENT_AT(a_place)], 0)
}
/* Whether nobody knows of it any more: who sent it is gone, or who waited for it. */
#define IS_LEFT(a_place) (crashed[me] || AWAITED(sent[SENT_AT(a_place)]))
#else
#define gives_up(a_store) skip
#endif

#if LATE > 0
#define LATE_AT(a_place) (me * LATE + a_place)
inline is_late(an_ask, it_carries, it_is_unchanged, its_number) {
  place = LATE - 1;
  do
  :: place > 0 && (late[me * LATE + place - 1] == 0 || late[me * LATE + place - 1] > an_ask) ->
     late[me * LATE + place] = late[me * LATE + place - 1];
     late_carried[me * LATE + place] = late_carried[me * LATE + place - 1];
     late_unchanged[me * LATE + place] = late_unchanged[me * LATE + place - 1];
     late_number[me * LATE + place] = late_number[me * LATE + place - 1];
     place--
  :: else -> break
  od;
  late[me * LATE + place] = an_ask; late_carried[me * LATE + place] = it_carries;
  late_unchanged[me * LATE + place] = it_is_unchanged; late_number[me * LATE + place] = its_number
}
inline asked_late(a_place) {
  asked(late_carried[LATE_AT(a_place)], late_unchanged[LATE_AT(a_place)], late_number[LATE_AT(a_place)], 0)
}
inline without_late(a_place) {
  each = a_place;
  do
  :: each + 1 < LATE ->
     late[me * LATE + each] = late[me * LATE + each + 1];
     late_carried[me * LATE + each] = late_carried[me * LATE + each + 1];
     late_unchanged[me * LATE + each] = late_unchanged[me * LATE + each + 1];
     late_number[me * LATE + each] = late_number[me * LATE + each + 1];
     each++
  :: else -> break
  od;
  late[me * LATE + each] = 0; late_carried[me * LATE + each] = 0; late_unchanged[me * LATE + each] = false;
  late_number[me * LATE + each] = 0
}
/* Copies are all alike: the first goes. */
#define IS_LATE(a_place) \
  (late[LATE_AT(a_place)] != 0 && (a_place == 0 || !(late[LATE_AT(a_place)] == late[LATE_AT((a_place + LATE - 1) % LATE)] && \
   late_carried[LATE_AT(a_place)] == late_carried[LATE_AT((a_place + LATE - 1) % LATE)] && \
   late_unchanged[LATE_AT(a_place)] == late_unchanged[LATE_AT((a_place + LATE - 1) % LATE)] && \
   late_number[LATE_AT(a_place)] == late_number[LATE_AT((a_place + LATE - 1) % LATE)])))
#if SENT > 0
/* Whether one that was left behind is the same as a late one. */
#define IS_SAME(a_sent, a_late) \
  (sent[SENT_AT(a_sent)] == late[LATE_AT(a_late)] && sent_carried[SENT_AT(a_sent)] == late_carried[LATE_AT(a_late)] && \
   sent_unchanged[SENT_AT(a_sent)] == late_unchanged[LATE_AT(a_late)] && \
   sent_number[SENT_AT(a_sent)] == late_number[LATE_AT(a_late)])
#endif
#endif

/* What happens in the cache. */
inline all_dropped() {
  place = 0;
  do
  :: place < CELLS -> cleared(place); touched(place); place++
  :: else -> break
  od
}
inline lease_ended(an_entry) { entry_lease[an_entry] = false; touched(an_entry) }

#if LOCAL
/* It is told to every app instance that is up, and to who says so only where that is drawn. */
inline publishes(an_entry, to_itself_too) {
  each = 0;
  do
  :: each < APPS ->
     to_hear[CELL(each, an_entry)] = to_hear[CELL(each, an_entry)] + (!crashed[each] && (each != me || to_itself_too) -> 1 : 0);
     each++
  :: else -> break
  od
}
inline hears(a_cell) { to_hear[a_cell]--; dropped(a_cell) }
/* What is in the process of an app instance goes with it. */
inline emptied() {
  place = 0;
  do
  :: place < ENTRIES -> cleared(HERE(place)); touched(HERE(place)); to_hear[HERE(place)] = 0; place++
  :: else -> break
  od
}
#else
#define emptied() skip
#endif

/* What is claimed, after every step: coherent-at-rest. With -DREACHED the opposite of its antecedent is claimed instead: if
 * that is not found wrong, nothing is ever cached at rest, and coherent-at-rest says nothing. */
inline then_claimed() {
#ifdef REACHED
  assert(!AT_REST || NOTHING_CACHED)
#else
  assert(!AT_REST || ALL_COHERENT)
#endif
}
