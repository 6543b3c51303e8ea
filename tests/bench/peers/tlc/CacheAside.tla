----------------------------- MODULE CacheAside -----------------------------
(***************************************************************************)
(* The seed's cache-aside protocol for TLC: one key, Readers app instances *)
(* that read once, Writers that write once, at most Faults lost messages,  *)
(* every first request in flight at the start.  Every state of the         *)
(* protocol is one state of TLC.                                           *)
(*                                                                         *)
(* Points and values are small numbers and a fault's budget is counted     *)
(* down to 0, because that is what TLC evaluates fastest.  A value v is    *)
(* kept as v + 1; 0 is an empty cache, a miss, no value, and a field       *)
(* without meaning.  Writer w writes w.                                    *)
(***************************************************************************)
EXTENDS Naturals, TLC

CONSTANTS Readers, Writers, Faults

VARIABLES
  database,
  entry,    \* what the cache holds
  lost,     \* how many messages were lost
  reader,   \* each reader's point: which message of its is in flight
  value,    \* the value in each reader's message, or its result
  writer    \* each writer's point

vars == <<database, entry, lost, reader, value, writer>>

Get == 0      \* request to the cache
Got == 1      \* its reply: the value, 0 for a miss
Look == 2     \* request to the database
Found == 3    \* its reply: the value
Fill == 4     \* request to the cache: set the value
Filled == 5   \* its reply
Read == 6     \* none: done with the value, 0 for none

Set == 0      \* request to the database
Stored == 1   \* its reply
Delete == 2   \* request to the cache
Deleted == 3  \* its reply
Written == 4  \* none: done

Init ==
  /\ database = 1
  /\ entry = 0
  /\ lost = 0
  /\ reader = [r \in 1..Readers |-> Get]
  /\ value = [r \in 1..Readers |-> 0]
  /\ writer = [w \in 1..Writers |-> Set]

ReaderGoesOn(r) ==
  \/ /\ reader[r] = Get
     /\ reader' = [reader EXCEPT ![r] = Got]
     /\ value' = [value EXCEPT ![r] = entry]
     /\ UNCHANGED <<database, entry, lost, writer>>
  \/ /\ reader[r] = Got
     /\ reader' = [reader EXCEPT ![r] = IF value[r] = 0 THEN Look ELSE Read]
     /\ UNCHANGED <<database, entry, lost, value, writer>>
  \/ /\ reader[r] = Look
     /\ reader' = [reader EXCEPT ![r] = Found]
     /\ value' = [value EXCEPT ![r] = database]
     /\ UNCHANGED <<database, entry, lost, writer>>
  \/ /\ reader[r] = Found
     /\ reader' = [reader EXCEPT ![r] = Fill]
     /\ UNCHANGED <<database, entry, lost, value, writer>>
  \/ /\ reader[r] = Fill
     /\ reader' = [reader EXCEPT ![r] = Filled]
     /\ entry' = value[r]
     /\ UNCHANGED <<database, lost, value, writer>>
  \/ /\ reader[r] = Filled
     /\ reader' = [reader EXCEPT ![r] = Read]
     /\ UNCHANGED <<database, entry, lost, value, writer>>

WriterGoesOn(w) ==
  \/ /\ writer[w] = Set
     /\ writer' = [writer EXCEPT ![w] = Stored]
     /\ database' = w + 1
     /\ UNCHANGED <<entry, lost, reader, value>>
  \/ /\ writer[w] = Stored
     /\ writer' = [writer EXCEPT ![w] = Delete]
     /\ UNCHANGED <<database, entry, lost, reader, value>>
  \/ /\ writer[w] = Delete
     /\ writer' = [writer EXCEPT ![w] = Deleted]
     /\ entry' = 0
     /\ UNCHANGED <<database, lost, reader, value>>
  \/ /\ writer[w] = Deleted
     /\ writer' = [writer EXCEPT ![w] = Written]
     /\ UNCHANGED <<database, entry, lost, reader, value>>

\* The message in flight is lost, and the instance times out.
ReaderLoses(r) ==
  /\ lost < Faults
  /\ reader[r] # Read
  /\ lost' = lost + 1
  /\ reader' = [reader EXCEPT ![r] = IF reader[r] <= Got THEN Look ELSE Read]
  /\ value' = IF reader[r] < Fill THEN [value EXCEPT ![r] = 0] ELSE value
  /\ UNCHANGED <<database, entry, writer>>

WriterLoses(w) ==
  /\ lost < Faults
  /\ writer[w] # Written
  /\ lost' = lost + 1
  /\ writer' = [writer EXCEPT ![w] = IF writer[w] <= Stored THEN Delete ELSE Written]
  /\ UNCHANGED <<database, entry, reader, value>>

Next ==
  \/ \E r \in 1..Readers : ReaderGoesOn(r) \/ ReaderLoses(r)
  \/ \E w \in 1..Writers : WriterGoesOn(w) \/ WriterLoses(w)

Spec == Init /\ [][Next]_vars

AtRest ==
  /\ \A w \in 1..Writers : writer[w] = Written
  /\ \A r \in 1..Readers : reader[r] = Read

\* The claim coherent-at-rest, told in a line for each state at rest instead of as an error, so that the search goes on without
\* writing a trace for each.
Tell == AtRest => PrintT(IF entry = 0 \/ entry = database THEN "coherent at rest" ELSE "incoherent at rest")
=============================================================================
