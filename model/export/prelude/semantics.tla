
(***************************************************************************)
(* What every protocol shares: what the servers answer and keep, what an   *)
(* app instance remembers, how messages get lost.  A value v is kept as    *)
(* v + 1, so 0 is none.                                                    *)
(***************************************************************************)
VARIABLES
  row,    \* what the database has: a value, and the version of it
  cache,  \* by place and entry: what the cache holds
  told,   \* likewise, of a cache in an app instance: how often it is yet to hear that the entry has changed
  app,    \* by app instance: where it stands, what it remembers, what it has sent
  spent   \* by budget: how many of its faults have happened

vars == <<row, cache, told, app, spent>>

Apps == 1..Len(Scripts)
Entries == 1..EntryCount

\* Where a cache stands: in each app instance one, or one that all share.
Places == IF Local THEN Apps ELSE {1}
PlaceOf(s) == IF Local THEN s ELSE 1
\* What is asked within an app instance is asked and answered in one step, and is no message.
IsCall(ask) == Local /\ ask.store = "cache"

Nothing == [value |-> 0, expires |-> FALSE, marker |-> FALSE, version |-> 0, generation |-> 0, stale |-> FALSE, lease |-> FALSE]
\* (Here and below no \/ and no \E stands where a step asks for something: to TLC these would be several steps.)
IsThere(held) == ~(held.value = 0 /\ ~held.marker /\ held.generation = 0 /\ ~held.lease)

\* An app instance that has not begun. Its `ask` is the request that it waits for, 0 where there is none; `how` is "asked" while
\* that is on its way, and then how it was answered, until the reply is received.
Fresh == [begun |-> FALSE, crashed |-> FALSE, ask |-> 0, how |-> "idle", value |-> 0, reply |-> 0, number |-> 0,
          version |-> 0, generation |-> 0, unchanged |-> FALSE, sent |-> <<>>, late |-> <<>>]

Init ==
  /\ row = [value |-> 1, version |-> 0]
  /\ cache = [p \in Places |-> [e \in Entries |->
       IF e \in FilledAtFirst THEN [Nothing EXCEPT !.value = 1, !.expires = e \in FillsExpire] ELSE Nothing]]
  /\ told = [p \in Places |-> [e \in Entries |-> 0]]
  /\ app = [s \in Apps |-> Fresh]
  /\ spent = [b \in 1..Len(Budgets) |-> 0]

(***************************************************************************)
(* Verbs.                                                                  *)
(***************************************************************************)
Storing == {"set", "add", "set-if-unchanged", "set-unless", "set-if-newer", "set-if-generation", "increase", "increase-if-there",
            "set-if-version", "remove"}
Marking == {"mark", "mark-if-absent", "mark-if-newer"}
Newer == {"set-if-newer", "mark-if-newer"}
Counting == {"count-up", "delete-and-count-up"}
Increasing == {"increase", "increase-if-there"}
Changing == Storing \cup Marking \cup Counting \cup {"delete", "mark-stale"}

Commits(ask) == ask.store = "database" /\ ask.verb \in Storing
BringsLease(how) == how \in {"granted", "won"}
BringsValue(ask, how) == how \in {"value", "stale", "won", "no_row"} \/ (how = "ok" /\ ask.keeps /\ ask.verb = "increase")

Answered(how, value, number) == [how |-> how, value |-> value, number |-> number]
If(holds) == Answered(IF holds THEN "ok" ELSE "conflict", 0, 0)

\* Of a get that takes the lease of what is not there, or is stale.
GetOrLease(held) ==
  IF held.value = 0 THEN Answered(IF held.lease THEN "denied" ELSE "granted", 0, 0)
  ELSE Answered(IF ~held.stale THEN "value" ELSE IF held.lease THEN "stale" ELSE "won", held.value, held.version)

AnswerOfCache(ask, request) ==
  LET held == cache[request.place][ask.entry]
      other == cache[request.place][ask.other]
  IN CASE ask.verb = "get" /\ ask.watch = "lease" -> GetOrLease(held)
       [] ask.verb = "get" /\ ask.watch # "lease" ->
            IF held.value # 0 THEN Answered("value", held.value, held.version) ELSE Answered(IF held.marker THEN "marker" ELSE "miss", 0, 0)
       [] ask.verb = "exists" -> Answered(IF IsThere(held) THEN "marker" ELSE "miss", 0, 0)
       [] ask.verb \in {"add", "mark-if-absent"} -> If(~IsThere(held))
       [] ask.verb = "set-unless" -> If(~IsThere(other))
       [] ask.verb = "set-if-unchanged" -> If(request.unchanged)
       [] ask.verb \in Newer -> If(~IsThere(held) \/ held.version < request.number)
       [] ask.verb = "get-generation" -> Answered("ok", 0, held.generation)
       [] ask.verb = "set-if-generation" -> If(other.generation = request.number)
       [] ask.verb = "increase-if-there" -> If(held.value # 0)
       [] ask.verb \in {"set", "mark", "delete", "count-up", "delete-and-count-up", "mark-stale", "increase"} -> If(TRUE)

AnswerOfDatabase(ask, request) ==
  LET next == IF Versions THEN row.version + 1 ELSE 0
  IN CASE ask.verb = "get" -> Answered(IF row.value = NoRow THEN "no_row" ELSE "value", row.value, row.version)
       [] ask.verb = "look-again" -> If(row.value = request.held)
       [] ask.verb = "get-version" -> Answered("ok", 0, row.version)
       [] ask.verb = "set-if-version" -> IF row.version = request.number THEN Answered("ok", 0, next) ELSE If(FALSE)
       [] ask.verb = "increase" -> Answered("ok", row.value - 1 + request.carried, next)
       [] ask.verb \in {"set", "remove"} -> Answered("ok", 0, next)

Answer(request) ==
  LET ask == Asks[request.ask]
  IN CASE ask.store = "database" -> AnswerOfDatabase(ask, request)
       [] ask.store = "cache" -> AnswerOfCache(ask, request)
       [] ask.store = "channel" -> If(TRUE)

\* What a request that is carried out leaves in an entry that it is about.
Counted(ask, held) == [held EXCEPT !.generation = @ + 1, !.expires = @ \/ ask.ttl]
Left(ask, request, e) ==
  LET held == cache[request.place][e]
      put == [Nothing EXCEPT !.value = request.carried, !.marker = ask.verb \in Marking,
                             !.version = IF ask.verb \in Newer THEN request.number ELSE 0, !.expires = ask.ttl]
  IN CASE ask.verb = "delete" -> Nothing
       [] ask.verb = "get" -> [held EXCEPT !.lease = TRUE]
       [] ask.verb = "mark-stale" -> [held EXCEPT !.lease = FALSE, !.stale = held.value # 0]
       [] ask.verb \in Increasing ->
            [held EXCEPT !.value = request.carried + (IF held.value # 0 THEN held.value - 1 ELSE 0)]
       [] ask.verb = "count-up" -> Counted(ask, held)
       [] ask.verb = "delete-and-count-up" ->
            IF e = ask.other THEN (IF e # ask.entry THEN Counted(ask, held)
                                   ELSE [Nothing EXCEPT !.generation = held.generation + 1, !.expires = held.expires \/ ask.ttl])
            ELSE Nothing
       [] ask.verb = "set-if-generation" /\ ask.other = ask.entry ->
            [put EXCEPT !.expires = held.expires \/ ask.ttl, !.generation = held.generation, !.stale = held.stale,
                        !.lease = held.lease]
       [] OTHER -> put

\* The entries that it is about: none where nothing is done.
Struck(request, answer) ==
  LET ask == Asks[request.ask]
  IN IF ask.store # "cache" \/ ~(BringsLease(answer.how) \/ (answer.how = "ok" /\ ask.verb \in Changing)) THEN {}
     ELSE {ask.entry} \cup ask.also \cup (IF ask.verb = "delete-and-count-up" THEN {ask.other} ELSE {})

CacheAfter(request, answer) ==
  LET struck == Struck(request, answer)
  IN [cache EXCEPT ![request.place] =
        [e \in Entries |-> IF e \in struck THEN Left(Asks[request.ask], request, e) ELSE @[e]]]

\* The entries that have changed for who watches them: to set the same again is a change, to delete nothing is none.
Touched(request, answer) ==
  LET ask == Asks[request.ask]
  IN {e \in Struck(request, answer) : ask.verb \in Changing /\ (IsThere(cache[request.place][e]) \/ IsThere(Left(ask, request, e)))}

RowAfter(request, answer) ==
  IF ~Commits(Asks[request.ask]) \/ answer.how # "ok" THEN row
  ELSE [value |-> IF answer.value # 0 THEN answer.value ELSE request.carried, version |-> answer.number]

\* What is published is told to every app instance that is up, and to who says so only where that is drawn.
ToldAfter(s, request) ==
  LET ask == Asks[request.ask]
  IN IF ask.tells = 0 THEN told
     ELSE [p \in Places |-> IF app[p].crashed \/ (p = s /\ ~ask.tells_itself) THEN told[p]
                            ELSE [told[p] EXCEPT ![ask.tells] = @ + 1]]

\* Everybody, where these entries have changed in the cache that stands there.
Unwatched(requests, touched) ==
  [i \in DOMAIN requests |-> [requests[i] EXCEPT !.unchanged = @ /\ Asks[requests[i].ask].entry \notin touched]]
AppsAfter(place, touched) ==
  [s \in Apps |->
    IF PlaceOf(s) # place THEN app[s]
    ELSE [app[s] EXCEPT !.unchanged = @ /\ Operations[Scripts[s].operation].watched \notin touched,
                        !.sent = Unwatched(@, touched), !.late = Unwatched(@, touched)]]

(***************************************************************************)
(* What an app instance does between an answer and its next request.       *)
(***************************************************************************)
MakesChange(ask) == ask.adds \/ ask.verb \in Increasing
Writes(s) == Operations[Scripts[s].operation].writes

Request(s, a, id) ==
  LET ask == Asks[id]
  IN [ask |-> id,
      carried |-> CASE ask.verb \notin Storing -> 0
                    [] ask.verb \in Storing /\ (ask.received \/ ask.adds) -> a.value
                    [] ask.verb = "remove" /\ ~ask.received -> NoRow
                    [] OTHER -> IF MakesChange(ask) THEN Scripts[s].change ELSE Scripts[s].own,
      unchanged |-> ask.verb = "set-if-unchanged" /\ a.unchanged,
      number |-> CASE ask.verb \in Newer \cup {"set-if-version"} -> a.version
                   [] ask.verb = "set-if-generation" -> a.generation
                   [] OTHER -> 0,
      cut |-> FALSE]

\* As it reaches a server: which cache that is, and what its app instance has received by then.
Arriving(s, request, held) ==
  [ask |-> request.ask, carried |-> request.carried, unchanged |-> request.unchanged, number |-> request.number,
   held |-> held, place |-> PlaceOf(s)]

Changed(s, a, id) == IF Asks[id].adds THEN [a EXCEPT !.value = @ + Scripts[s].change - 1] ELSE a

\* What it no longer knows once it has sent a request: what it watched before, the version of what it overwrites, and, where the
\* request carries a value of its own, what it received.
Forgets(s, a, id) ==
  LET ask == Asks[id]
      own == Writes(s) /\ ask.verb \in Storing /\ ~ask.received /\ ~ask.adds /\ (Commits(ask) \/ ~MakesChange(ask))
  IN [a EXCEPT !.unchanged = @ /\ ask.watch = "nothing",
               !.version = IF Commits(ask) /\ ask.verb # "set-if-version" THEN 0 ELSE @,
               !.generation = IF ask.gives = "generation" THEN 0 ELSE @,
               !.value = IF own THEN 0 ELSE @]

Max(numbers) == CHOOSE n \in numbers : \A m \in numbers : m <= n

\* What it has sent to that store goes over a connection that it uses no more.
GivesUp(a, store) ==
  LET there == {i \in DOMAIN a.sent : Asks[a.sent[i].ask].store = store}
  IN IF there = {} THEN a ELSE [a EXCEPT !.sent[Max(there)].cut = TRUE]

Sends(s, a, id) ==
  LET b == Changed(s, a, id)
      c == IF ~Asks[id].lost THEN [b EXCEPT !.sent = Append(@, Request(s, b, id))]
           ELSE IF Asks[id].awaited THEN GivesUp(b, Asks[id].store) ELSE b
  IN Forgets(s, c, id)

RECURSIVE SendsAll(_, _, _)
SendsAll(s, a, ids) == IF ids = <<>> THEN a ELSE SendsAll(s, Sends(s, a, Head(ids)), Tail(ids))

\* Only a Read that went well keeps its value: that is its result.
Ends(s, a, well) ==
  [a EXCEPT !.ask = 0, !.how = "idle", !.value = IF well /\ ~Writes(s) THEN @ ELSE 0, !.reply = 0, !.number = 0,
            !.version = 0, !.generation = 0, !.unchanged = FALSE]

GoesOn(s, a, way) ==
  LET b == SendsAll(s, a, way.sends)
  IN IF way.next = 0 THEN Ends(s, b, way.well)
     ELSE [Forgets(s, Changed(s, b, way.next), way.next) EXCEPT !.ask = way.next, !.how = "asked"]

(***************************************************************************)
(* Steps without a fault.                                                  *)
(***************************************************************************)
Replied(a) == a.how \notin {"idle", "asked"}

Invoke(s) ==
  LET ways == Operations[Scripts[s].operation].start
  IN /\ ~app[s].begun
     /\ \E w \in DOMAIN ways : app' = [app EXCEPT ![s] = GoesOn(s, [app[s] EXCEPT !.begun = TRUE], ways[w])]
     /\ UNCHANGED <<row, cache, told, spent>>

\* Requests to one store arrive in the order sent, as long as they go over one connection.
Arrives(a, store, before) ==
  LET there == {i \in 1..before : Asks[a.sent[i].ask].store = store}
  IN IF there = {} THEN TRUE ELSE a.sent[Max(there)].cut

WatchesInVain(ask, how) ==
  CASE ask.watch = "key" -> FALSE
    [] ask.watch = "lease" -> ~BringsLease(how)
    [] OTHER -> how = (IF ask.verb \in Changing THEN "conflict" ELSE "miss")

\* An app instance whose request was answered so, be it that it has received that.
AfterAnswer(a, answer) ==
  LET ask == Asks[a.ask]
  IN [a EXCEPT !.how = answer.how,
               !.reply = IF BringsValue(ask, answer.how) THEN answer.value ELSE 0,
               !.number = IF ask.gives = "nothing" THEN 0 ELSE answer.number,
               !.unchanged = IF ask.watch # "nothing" THEN ~WatchesInVain(ask, answer.how)
                             ELSE @ /\ ask.verb # "set-if-unchanged"]

AfterReply(a) ==
  LET ask == Asks[a.ask]
      brings == BringsValue(ask, a.how)
      numbered == brings \/ a.how = "ok"
  IN [a EXCEPT !.reply = 0, !.number = 0,
               !.value = IF brings /\ ask.keeps THEN a.reply ELSE @,
               !.version = CASE numbered /\ ask.gives = "version" -> a.number
                             [] ask.verb = "set-if-version" /\ ~(numbered /\ ask.gives = "version") -> 0
                             [] OTHER -> @,
               !.generation = IF numbered /\ ask.gives = "generation" THEN a.number ELSE @]

Handle(s) ==
  LET a == app[s]
      ask == Asks[a.ask]
      request == Arriving(s, Request(s, a, a.ask), a.value)
      answer == Answer(request)
      apps == AppsAfter(request.place, Touched(request, answer))
      b == AfterAnswer(apps[s], answer)
      ways == ask.after[answer.how]
  IN /\ a.how = "asked"
     /\ IF IsCall(ask) THEN \E w \in DOMAIN ways : app' = [apps EXCEPT ![s] = GoesOn(s, AfterReply(b), ways[w])]
        ELSE Arrives(a, ask.store, Len(a.sent)) /\ app' = [apps EXCEPT ![s] = b]
     /\ row' = RowAfter(request, answer)
     /\ cache' = CacheAfter(request, answer)
     /\ told' = ToldAfter(s, request)
     /\ UNCHANGED spent

Receive(s) ==
  LET a == app[s]
      ways == Asks[a.ask].after[a.how]
  IN /\ Replied(a)
     /\ \E w \in DOMAIN ways : app' = [app EXCEPT ![s] = GoesOn(s, AfterReply(a), ways[w])]
     /\ UNCHANGED <<row, cache, told, spent>>

\* Without one of the requests that nobody waits for. One whose connection was given up takes that along.
Without(requests, i) ==
  LET there == {j \in 1..(i - 1) : Asks[requests[j].ask].store = Asks[requests[i].ask].store}
      marked == IF requests[i].cut /\ there # {} THEN [requests EXCEPT ![Max(there)].cut = TRUE] ELSE requests
  IN [j \in 1..(Len(requests) - 1) |-> IF j < i THEN marked[j] ELSE marked[j + 1]]

Carry(s, sent, after(_)) ==
  LET request == Arriving(s, sent, 0)
      answer == Answer(request)
  IN /\ row' = RowAfter(request, answer)
     /\ cache' = CacheAfter(request, answer)
     /\ told' = ToldAfter(s, request)
     /\ app' = [AppsAfter(request.place, Touched(request, answer)) EXCEPT ![s] = after(@)]
     /\ UNCHANGED spent

HandleSent(s, i) ==
  LET a == app[s]
      after(b) == [b EXCEPT !.sent = Without(@, i)]
  IN /\ Arrives(a, Asks[a.sent[i].ask].store, i - 1)
     /\ Carry(s, a.sent[i], after)

\* Whether nobody knows of it any more: who sent it is gone, or who waited for it.
IsLeft(a, i) == a.crashed \/ Asks[a.sent[i].ask].awaited

\* Copies are all alike, and one that is left behind too goes first.
HandleLate(s, i) ==
  LET a == app[s]
      after(b) == [b EXCEPT !.late = [j \in 1..(Len(@) - 1) |-> IF j < i THEN @[j] ELSE @[j + 1]]]
  IN /\ IF i = 1 THEN TRUE ELSE a.late[i] # a.late[i - 1]
     /\ ~\E j \in DOMAIN a.sent : /\ [a.sent[j] EXCEPT !.cut = FALSE] = a.late[i]
                                  /\ IsLeft(a, j)
                                  /\ Arrives(a, Asks[a.sent[j].ask].store, j - 1)
     /\ Carry(s, a.late[i], after)

Drop(p, e) ==
  /\ cache' = [cache EXCEPT ![p][e] = Nothing]
  /\ app' = AppsAfter(p, {e})
  /\ UNCHANGED row

Expire(p, e) ==
  /\ ~NothingExpires
  /\ cache[p][e].expires /\ cache[p][e].value # 0
  /\ Drop(p, e)
  /\ UNCHANGED <<told, spent>>

\* It hears that the entry has changed, and drops what it has of it.
Hear(p, e) ==
  /\ told[p][e] > 0
  /\ told' = [told EXCEPT ![p][e] = @ - 1]
  /\ IF IsThere(cache[p][e]) THEN Drop(p, e) ELSE UNCHANGED <<row, cache, app>>
  /\ UNCHANGED spent

(***************************************************************************)
(* Faults, each paid by a budget.                                          *)
(***************************************************************************)
Pay(b) ==
  IF Budgets[b].unlimited THEN UNCHANGED spent
  ELSE spent[b] < Budgets[b].most /\ spent' = [spent EXCEPT ![b] = @ + 1]

\* Whoever waits learns that, or that it was refused, and no more.
Fails(a, how) ==
  LET ask == Asks[a.ask]
      b == [a EXCEPT !.reply = 0, !.number = 0, !.version = IF ask.verb = "set-if-version" THEN 0 ELSE @,
                     !.unchanged = @ /\ ask.watch = "nothing"]
  IN IF how = "timeout" THEN GivesUp(b, ask.store) ELSE b

Fail(s, a, how) ==
  LET ways == Asks[a.ask].after[how]
  IN /\ \E w \in DOMAIN ways : app' = [app EXCEPT ![s] = GoesOn(s, Fails(a, how), ways[w])]
     /\ UNCHANGED <<row, cache, told>>

\* With one more request that is handled at any later moment. Their order says nothing.
WithLate(a, request) ==
  LET late == [request EXCEPT !.ask = Asks[request.ask].alike, !.cut = FALSE]
      Before(other) == other.ask <= late.ask
      Behind(other) == other.ask > late.ask
  IN [a EXCEPT !.late = SelectSeq(@, Before) \o <<late>> \o SelectSeq(@, Behind)]

Waiting(s, b, fault) == app[s].how = "asked" /\ app[s].ask \in Budgets[b][fault]
Open(s, i, b, fault) == ~IsLeft(app[s], i) /\ app[s].sent[i].ask \in Budgets[b][fault]

Stays(s, a) ==
  /\ app' = [app EXCEPT ![s] = a]
  /\ UNCHANGED <<row, cache, told>>

LoseRequest(s, b) == Waiting(s, b, "lost_request") /\ Fail(s, app[s], "timeout")
LoseReply(s, b) == Replied(app[s]) /\ app[s].ask \in Budgets[b]["lost_reply"] /\ Fail(s, app[s], "timeout")
Refuse(s, b) == Waiting(s, b, "error") /\ Fail(s, app[s], "error")
BeLate(s, b) ==
  Waiting(s, b, "late_request") /\ Fail(s, WithLate(app[s], Request(s, app[s], app[s].ask)), "timeout")
Repeat(s, b) ==
  Waiting(s, b, "duplicate") /\ Stays(s, WithLate(app[s], Request(s, app[s], app[s].ask)))

LoseSent(s, i, b) == Open(s, i, b, "lost_request") /\ Stays(s, [app[s] EXCEPT !.sent = Without(@, i)])
BeLateSent(s, i, b) ==
  Open(s, i, b, "late_request") /\ Stays(s, [WithLate(app[s], app[s].sent[i]) EXCEPT !.sent = Without(@, i)])
RepeatSent(s, i, b) == Open(s, i, b, "duplicate") /\ Stays(s, WithLate(app[s], app[s].sent[i]))

\* The operation ends where it stands, alone or with all of its app instance, and then with what is in its process. A request
\* that is on its way may arrive yet.
BreakOff(s, b, fault, crashes) ==
  LET a == app[s]
      left == [Request(s, a, a.ask) EXCEPT !.ask = Asks[a.ask].alike]
      empties == crashes /\ Local
      base == IF empties THEN AppsAfter(s, Entries) ELSE app
  IN /\ a.ask # 0 /\ a.ask \in Budgets[b][fault]
     /\ \E arrives \in (IF a.how = "asked" /\ ~IsCall(Asks[a.ask]) THEN {FALSE, TRUE} ELSE {FALSE}) :
          app' = [base EXCEPT ![s] = [Ends(s, @, FALSE) EXCEPT !.sent = IF arrives THEN Append(@, left) ELSE @,
                                                               !.crashed = crashes]]
     /\ cache' = IF empties THEN [cache EXCEPT ![s] = [e \in Entries |-> Nothing]] ELSE cache
     /\ told' = IF empties THEN [told EXCEPT ![s] = [e \in Entries |-> 0]] ELSE told
     /\ UNCHANGED row

Evict(p, e, b) == Budgets[b].evict /\ IsThere(cache[p][e]) /\ Drop(p, e) /\ UNCHANGED told

LoseTold(p, e, b) ==
  /\ Budgets[b].lost_delivery
  /\ told[p][e] > 0
  /\ told' = [told EXCEPT ![p][e] = @ - 1]
  /\ UNCHANGED <<row, cache, app>>

\* What a reply on its way is about counts as watched once that is received.
IsAnythingWatched ==
  /\ ~\E id \in DOMAIN Asks : Asks[id].watch = "lease"
  /\ \E s \in Apps : \/ app[s].unchanged /\ ~Replied(app[s])
                     \/ \E i \in DOMAIN app[s].sent : app[s].sent[i].unchanged
                     \/ \E i \in DOMAIN app[s].late : app[s].late[i].unchanged

Restart(b) ==
  /\ Budgets[b].cache_restart
  /\ IF IsAnythingWatched THEN TRUE ELSE {e \in Entries : IsThere(cache[1][e])} # {}
  /\ cache' = [cache EXCEPT ![1] = [e \in Entries |-> Nothing]]
  /\ app' = AppsAfter(1, Entries)
  /\ UNCHANGED <<row, told>>

\* Of what is no value: a marker, or a lease, whose entry stays.
RunOut(p, e, b) ==
  /\ Budgets[b].expire
  /\ ~NothingExpires
  /\ IF cache[p][e].lease
     THEN /\ e \in (IF cache[p][e].value # 0 THEN StaleLeasesRunOut ELSE LeasesRunOut)
          /\ cache' = [cache EXCEPT ![p][e].lease = FALSE]
          /\ app' = AppsAfter(p, {e})
          /\ UNCHANGED row
     ELSE cache[p][e].expires /\ cache[p][e].value = 0 /\ Drop(p, e)
  /\ UNCHANGED told

Fault(b) ==
  /\ \/ \E s \in Apps :
          \/ LoseRequest(s, b) \/ LoseReply(s, b) \/ Refuse(s, b) \/ BeLate(s, b) \/ Repeat(s, b)
          \/ BreakOff(s, b, "crash", TRUE) \/ BreakOff(s, b, "cancel", FALSE)
          \/ \E i \in DOMAIN app[s].sent : LoseSent(s, i, b) \/ BeLateSent(s, i, b) \/ RepeatSent(s, i, b)
     \/ \E p \in Places, e \in Entries : Evict(p, e, b) \/ RunOut(p, e, b) \/ LoseTold(p, e, b)
     \/ Restart(b)
  /\ Pay(b)

Next ==
  \/ \E s \in Apps :
       \/ Invoke(s) \/ Handle(s) \/ Receive(s)
       \/ \E i \in DOMAIN app[s].sent : HandleSent(s, i)
       \/ \E i \in DOMAIN app[s].late : HandleLate(s, i)
  \/ \E p \in Places, e \in Entries : Expire(p, e) \/ Hear(p, e)
  \/ \E b \in DOMAIN Budgets : Fault(b)

Spec == Init /\ [][Next]_vars

(***************************************************************************)
(* What is claimed.                                                        *)
(***************************************************************************)
AtRest ==
  /\ \A s \in Apps : app[s].ask = 0 /\ app[s].sent = <<>> /\ app[s].late = <<>>
  /\ \A p \in Places, e \in Entries : told[p][e] = 0

\* One that is stale is passed over while the next to get it wins its lease.
Coherent == \A p \in Places, e \in Entries : \/ cache[p][e].value \in {0, row.value}
                                             \/ cache[p][e].stale /\ ~cache[p][e].lease
CoherentAtRest == AtRest => Coherent

\* Where this holds, CoherentAtRest says nothing: no cache is ever filled at rest.
NothingCachedAtRest == AtRest => \A p \in Places, e \in Entries : cache[p][e].value = 0
