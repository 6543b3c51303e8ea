// The catalogue's database-only page as a Stateright model: 4 app instances of 3 operations on 2 keys, and fresh-reads.
// The same states as `stalemate` has (its monitor, too), so that steps per second are of the same work.
//
//   stalemate-peer-stateright check        unique states, by breadth-first search: must be what `stalemate check` counts
//   stalemate-peer-stateright STEPS SEED   random walks of about that many steps, one thread; prints one line
use stateright::{Checker, HasDiscoveries, Model, Property, UniformChooser};
use std::time::Instant;

const APPS: usize = 4;
const OPERATIONS: usize = 3;
const KEYS: usize = 2;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Read,
    Write(u8), // the value it writes
}
use Kind::{Read, Write};

// As on the command line of tests/bench/hunt_bench.cpp.
const SCRIPTS: [[(Kind, u8); OPERATIONS]; APPS] = [
    [(Read, 0), (Write(1), 0), (Read, 1)],
    [(Write(2), 0), (Read, 0), (Write(3), 1)],
    [(Read, 1), (Write(4), 1), (Read, 0)],
    [(Write(5), 1), (Read, 0), (Write(6), 0)],
];

#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq)]
enum Point {
    #[default]
    Idle,
    Request,
    Reply,
}

#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq)]
struct Session {
    point: Point,
    invoked: u8,
    value: u8, // the last value read, plus 1
    // Of fresh-reads: see model/machine/src/properties/fresh_reads.cpp.
    key: u8,
    set: u8,
    answered: bool,
}

#[derive(Clone, Copy, Debug, Default, Hash, PartialEq, Eq)]
struct State {
    database: [u8; KEYS],
    committed: [u8; KEYS],
    old: [u8; KEYS],
    sessions: [Session; APPS],
    stale: bool, // the step that led here returned an old value
}

impl State {
    fn reads_to_come(&self) -> bool {
        (0..APPS).any(|s| {
            SCRIPTS[s][self.sessions[s].invoked as usize..].iter().any(|(kind, _)| *kind == Read)
        })
    }

    fn forget(&mut self) {
        for (s, session) in self.sessions.iter_mut().enumerate() {
            if session.invoked == 0 || SCRIPTS[s][session.invoked as usize - 1].0 == Read {
                continue;
            }
            session.set = 0;
            session.answered = false;
            session.key = 0;
        }
        self.old = [0; KEYS];
        self.committed = [0; KEYS];
    }

    fn invoke(&mut self, s: usize) {
        let (kind, key) = SCRIPTS[s][self.sessions[s].invoked as usize];
        let old = self.old[key as usize];
        let session = &mut self.sessions[s];
        session.invoked += 1;
        session.value = 0;
        session.key = key;
        session.point = Point::Request;
        if kind == Read {
            session.set = old;
        }
        if !self.reads_to_come() {
            self.forget();
        }
    }

    fn handle(&mut self, s: usize) {
        let (kind, key) = SCRIPTS[s][self.sessions[s].invoked as usize - 1];
        let k = key as usize;
        self.sessions[s].point = Point::Reply;
        let Write(value) = kind else {
            self.sessions[s].value = self.database[k] + 1;
            return;
        };
        self.database[k] = value;
        let bit = 1 << value;
        for session in &mut self.sessions {
            if session.key == key {
                session.set &= !bit;
            }
        }
        if self.reads_to_come() {
            self.old[k] &= !bit;
            self.sessions[s].set = (self.committed[k] | 1) & !bit;
            self.committed[k] |= 1 | bit;
        }
    }

    fn receive(&mut self, s: usize) {
        let (kind, key) = SCRIPTS[s][self.sessions[s].invoked as usize - 1];
        if kind == Read {
            let value = self.sessions[s].value - 1;
            self.stale = self.sessions[s].set >> value & 1 != 0;
        } else {
            if self.reads_to_come() {
                self.sessions[s].answered = true;
            }
            if self.sessions[s].answered {
                self.old[key as usize] |= self.sessions[s].set;
            }
        }
        let session = &mut self.sessions[s];
        session.set = 0;
        session.answered = false;
        session.key = 0;
        session.point = Point::Idle;
    }
}

#[derive(Clone)]
struct DatabaseOnly;

impl Model for DatabaseOnly {
    type State = State;
    type Action = u8; // the session that goes on

    fn init_states(&self) -> Vec<State> {
        vec![State::default()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<u8>) {
        for (s, session) in state.sessions.iter().enumerate() {
            if session.point != Point::Idle || (session.invoked as usize) < OPERATIONS {
                actions.push(s as u8);
            }
        }
    }

    fn next_state(&self, state: &State, action: u8) -> Option<State> {
        let mut next = *state;
        let s = action as usize;
        match state.sessions[s].point {
            Point::Idle => next.invoke(s),
            Point::Request => next.handle(s),
            Point::Reply => next.receive(s),
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("fresh-reads", |_, state: &State| !state.stale)]
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().map(String::as_str) == Some("check") {
        let checker = DatabaseOnly.checker().spawn_bfs().join();
        println!("{} unique states", checker.unique_state_count());
        return;
    }
    let number = |i: usize| arguments.get(i).and_then(|text| text.parse::<u64>().ok());
    let (Some(steps), Some(seed)) = (number(0), number(1)) else {
        eprintln!("usage: stalemate-peer-stateright check | STEPS SEED");
        std::process::exit(2);
    };
    let start = Instant::now();
    let checker = DatabaseOnly
        .checker()
        .threads(1)
        .finish_when(HasDiscoveries::AnyFailures)
        .target_state_count(steps as usize)
        .spawn_simulation(seed, UniformChooser)
        .join();
    // Every run visits its first state, too, which is no step.
    let per_run = (APPS * OPERATIONS * 3) as u64;
    let taken = checker.state_count() as u64 / (per_run + 1) * per_run;
    let rate = taken as f64 / start.elapsed().as_secs_f64();
    assert!(checker.discoveries().is_empty());
    println!("stateright 0.31.0, simulation, one thread: {taken} steps, {rate:.0} steps/s");
}
