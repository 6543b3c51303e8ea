// The seed's cache-aside protocol as a Stateright model: one key, app instances that read once and that write once, lost
// messages within a budget, every first request in flight at the start. Every state of the protocol is one state here.
//
//   cache_aside READERS WRITERS FAULTS bfs|dfs THREADS    searches all; prints states, generated states and depth, a line each
//
// A state is one word, so that it is copied, compared and hashed at once: a byte an app instance, the servers in the last. A
// value v is kept as v + 1; 0 is an empty cache, a miss, no value, and a field without meaning. Writer w writes w.
use stateright::{Checker, Model, Property};

const APPS_MAX: usize = 7;

// A reader's point: which message of its is in flight.
const GET: u64 = 0; // request to the cache
const GOT: u64 = 1; // its reply: the value, 0 for a miss
const LOOK: u64 = 2; // request to the database
const FOUND: u64 = 3; // its reply: the value
const FILL: u64 = 4; // request to the cache: set the value
const READ: u64 = 6; // none: done with the value, 0 for none; 5 is FILL's reply

// A writer's point.
const SET: u64 = 0; // request to the database
const STORED: u64 = 1; // its reply
const DELETE: u64 = 2; // request to the cache
const WRITTEN: u64 = 4; // none: done; 3 is DELETE's reply

#[derive(Clone, Copy, Debug, Hash, PartialEq, Eq)]
struct State(u64);

impl State {
    const DATABASE: u32 = 8 * APPS_MAX as u32;
    const ENTRY: u32 = Self::DATABASE + 2;
    const LOST: u32 = Self::ENTRY + 3;

    fn get(self, shift: u32, mask: u64) -> u64 {
        self.0 >> shift & mask
    }
    fn set(&mut self, shift: u32, mask: u64, to: u64) {
        self.0 = self.0 & !(mask << shift) | to << shift;
    }

    fn point(self, app: usize) -> u64 {
        self.get(8 * app as u32, 7)
    }
    fn value(self, app: usize) -> u64 {
        self.get(8 * app as u32 + 3, 7)
    }
    fn move_to(&mut self, app: usize, point: u64, value: u64) {
        self.set(8 * app as u32, 63, point | value << 3);
    }

    fn database(self) -> u64 {
        self.get(Self::DATABASE, 3) + 1
    }
    fn entry(self) -> u64 {
        self.get(Self::ENTRY, 7)
    }
    fn lost(self) -> u64 {
        self.get(Self::LOST, 7)
    }
}

#[derive(Clone)]
struct CacheAside {
    readers: usize,
    writers: usize,
    faults: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Action {
    GoOn(u8), // the app instance's message in flight is handled or received
    Lose(u8), // it is lost, and the instance times out
}

impl CacheAside {
    fn is_done(&self, state: State, app: usize) -> bool {
        state.point(app) == if app < self.readers { READ } else { WRITTEN }
    }

    fn reader_goes_on(&self, state: &mut State, app: usize) {
        let value = state.value(app);
        match state.point(app) {
            GET => state.move_to(app, GOT, state.entry()),
            GOT => state.move_to(app, if value == 0 { LOOK } else { READ }, value),
            LOOK => state.move_to(app, FOUND, state.database()),
            point => {
                if point == FILL {
                    state.set(State::ENTRY, 7, value);
                }
                state.move_to(app, point + 1, value);
            }
        }
    }

    fn writer_goes_on(&self, state: &mut State, app: usize) {
        let point = state.point(app);
        if point == SET {
            state.set(State::DATABASE, 3, (app - self.readers + 1) as u64);
        } else if point == DELETE {
            state.set(State::ENTRY, 7, 0);
        }
        state.move_to(app, point + 1, 0);
    }

    fn times_out(&self, state: &mut State, app: usize) {
        state.set(State::LOST, 7, state.lost() + 1);
        if app >= self.readers {
            state.move_to(app, if state.point(app) <= STORED { DELETE } else { WRITTEN }, 0);
            return;
        }
        match state.point(app) {
            GET | GOT => state.move_to(app, LOOK, 0),
            LOOK | FOUND => state.move_to(app, READ, 0),
            _ => state.move_to(app, READ, state.value(app)),
        }
    }
}

impl Model for CacheAside {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State(0)] // GET is SET is 0, the database's value is 0, the cache is empty
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let may_lose = state.lost() < self.faults;
        for app in 0..self.readers + self.writers {
            if !self.is_done(*state, app) {
                actions.push(Action::GoOn(app as u8));
                if may_lose {
                    actions.push(Action::Lose(app as u8));
                }
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = *state;
        match action {
            Action::GoOn(app) if (app as usize) < self.readers => self.reader_goes_on(&mut next, app as usize),
            Action::GoOn(app) => self.writer_goes_on(&mut next, app as usize),
            Action::Lose(app) => self.times_out(&mut next, app as usize),
        }
        Some(next)
    }

    // The search ends when every property has a discovery; the second, which holds, makes it go through all states.
    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("coherent at rest", |model: &CacheAside, state: &State| {
                let at_rest = (0..model.readers + model.writers).all(|app| model.is_done(*state, app));
                !at_rest || state.entry() == 0 || state.entry() == state.database()
            }),
            Property::always("faults within the budget", |model: &CacheAside, state: &State| {
                state.lost() <= model.faults
            }),
        ]
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize| arguments.get(i).and_then(|text| text.parse::<usize>().ok());
    let usage = || -> ! {
        eprintln!("usage: cache_aside READERS WRITERS FAULTS bfs|dfs THREADS (READERS + WRITERS at most 7, WRITERS 3, FAULTS 7)");
        std::process::exit(2);
    };
    let (Some(readers), Some(writers), Some(faults), Some(order), Some(threads)) =
        (number(0), number(1), number(2), arguments.get(3), number(4))
    else {
        usage()
    };
    if readers + writers > APPS_MAX || writers > 3 || faults > 7 {
        usage()
    }
    let model = CacheAside { readers, writers, faults: faults as u64 };
    let checker = model.checker().threads(threads);
    let (states, generated, depth) = match order.as_str() {
        "bfs" => {
            let done = checker.spawn_bfs().join();
            (done.unique_state_count(), done.state_count(), done.max_depth())
        }
        "dfs" => {
            let done = checker.spawn_dfs().join();
            (done.unique_state_count(), done.state_count(), done.max_depth())
        }
        _ => usage(),
    };
    println!("states {states}\ngenerated {generated}\ndepth {depth}");
}
