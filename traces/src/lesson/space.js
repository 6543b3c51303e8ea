// The data of the page: two sides, each a whole state space, and the questions a page asks of it. No rules of the model
// are here: what may happen in a state, and what it breaks, is looked up.
'use strict';

// One side. A run is a list of choices: which edge is taken in each state, from state 0 on.
class Side {
  constructor(json) {
    Object.assign(this, json);
    this.edgeCount = json.states.reduce((sum, state) => sum + state[4].length / 3, 0);
  }

  // What the state with this number looks like.
  state(index) {
    const [stores, messages, atRest, violates] = this.states[index];
    const [cache, database, expiring = []] = this.stores[stores];
    return {index, cache, database, expiring, atRest: atRest === 1, violates,
            messages: messages.map((m) => this.describe(this.messages[m]))};
  }

  describe(message) {
    return {...message, request: this.requests[message.request]};
  }

  // What can happen in it: the step, where it leads, and a bit for each property that it breaks.
  edges(index) {
    const flat = this.states[index][4];
    const list = [];
    for (let e = 0; e < flat.length; e += 3) {
      list.push({step: this.steps[flat[e]], target: flat[e + 1], violates: flat[e + 2]});
    }
    return list;
  }

  // The run as a list of steps with the states around them; as far as the choices exist.
  walk(run) {
    const steps = [];
    let at = 0;
    for (const choice of run) {
      const edge = this.edges(at)[choice];
      if (!edge) break;
      steps.push({...edge.step, violates: edge.violates, before: at, after: edge.target});
      at = edge.target;
    }
    return steps;
  }

  // How many of the run's choices exist.
  lengthOf(run) {
    return this.walk(run).length;
  }

  request(step) {
    return step.request === undefined ? null : this.requests[step.request];
  }

  sends(step) {
    return (step.sends || []).map((index) => this.requests[index]);
  }

  names(violates) {
    return this.properties.filter((_, p) => (violates >> p & 1) !== 0).map((property) => property.name);
  }

  // The properties that were looked at: "coherent-at-rest or fresh-reads"; '' for none.
  judged() {
    return this.properties.filter((property) => property.verdict !== '').map((property) => property.name).join(' or ');
  }

  maskOf(name) {
    const p = this.properties.findIndex((property) => property.name === name);
    return p < 0 ? 0 : 1 << p;
  }

  // In which key the cache differs from the database, as a sentence; '' in none.
  lie(state) {
    const k = this.keys.findIndex((_, i) => this.hasCache && differs(state, i));
    return k < 0 ? '' : `The cache says ${this.keys[k]} is ${state.cache[k]}, the database says ${valueWords(state.database[k])}.`;
  }

  // By state: the least number of steps to a violation; Infinity where none can be reached. Backwards from the edges
  // that violate, breadth first.
  distances() {
    if (this.distance) return this.distance;
    const count = this.states.length;
    const into = Array.from({length: count}, () => []);
    this.distance = new Array(count).fill(Infinity);
    const queue = [];
    for (let from = 0; from < count; ++from) {
      for (const edge of this.edges(from)) {
        into[edge.target].push(from);
        if (edge.violates !== 0 && this.distance[from] === Infinity) {
          this.distance[from] = 1;
          queue.push(from);
        }
      }
    }
    for (let head = 0; head < queue.length; ++head) {
      for (const from of into[queue[head]]) {
        if (this.distance[from] !== Infinity) continue;
        this.distance[from] = this.distance[queue[head]] + 1;
        queue.push(from);
      }
    }
    return this.distance;
  }

  // A choice that begins a shortest way to a violation; -1 where there is none.
  hint(index) {
    const distance = this.distances();
    let best = -1;
    let least = Infinity;
    this.edges(index).forEach((edge, choice) => {
      const length = edge.violates !== 0 ? 1 : distance[edge.target] + 1;
      if (length < least) {
        least = length;
        best = choice;
      }
    });
    return best;
  }

  // What became of each message of these steps: where it was sent, where it was handled, received or lost. Rows count
  // from 1, 0 is the start; no `done`: still in flight; `ghost`: nobody waits for it any more, `copy`: made by a step
  // of its own. What a step does to which message is in its data; copies of one request are alike.
  messagesOf(steps) {
    const list = [];
    for (const message of this.state(0).messages) {
      if (message.reply === undefined) list.push({...message, sent: 0, ghost: message.ghost === true});
    }
    steps.forEach((step, i) => {
      const row = i + 1;
      const isOpen = (m) => m.done === undefined && !m.request.lost;
      const subject = step.effect === undefined ? undefined : list.find((m) =>
        isOpen(m) && m.actor === step.actor && m.id === step.message && (m.ghost === true) === (step.ghost === true) &&
        (m.reply !== undefined) === (step.ofReply === true));
      if (subject && (step.effect === 'arrives' || step.effect === 'refused')) Object.assign(subject, {done: row, lost: false});
      if (subject && step.effect === 'lost') Object.assign(subject, {done: row, lost: true});
      if (subject && step.effect === 'late') subject.ghost = true;
      if (subject && step.effect === 'copied') list.push({...subject, sent: row, ghost: true, copy: true});
      this.breakOff(list.filter((m) => isOpen(m) && this.breaksOff(m, step)), step, row);
      if (step.actor === null) this.forgetWork(list.filter((m) => isOpen(m) && m.request.from), step, row);
      if (step.kind === 'handle' && step.reply !== undefined) {
        // A cache that asked the database itself answers what it was asked before.
        const asked = step.answers && list.find((m) => m.actor === step.actor && m.id === step.answers && m.reply === undefined);
        list.push({id: step.answers || step.message, request: asked ? asked.request : this.request(step), reply: step.reply,
                   actor: step.actor, sent: row});
      }
      for (const request of this.sends(step)) {
        list.push({id: `${step.ordinal}:${request.arrow}`, request, actor: step.actor, sent: row, lost: request.lost === true});
      }
    });
    return list;
  }

  // Whether the app instance of this actor dies in the step.
  crashes(actor, step) {
    return step.effect === 'dies' && this.actors[actor].app === this.actors[step.actor].app;
  }

  // Likewise of this message, which no server sends of its own, or its operation ends there.
  breaksOff(message, step) {
    if (message.request.from) return false;
    if (this.crashes(message.actor, step)) return true;
    return step.effect === 'broken-off' && message.actor === step.actor && message.id === step.message;
  }

  // A store that starts again forgets what it was about to send, and to be sent.
  forgetWork(messages, step, row) {
    const there = this.state(step.after).messages;
    for (const message of messages) {
      if (!there.some((m) => m.actor === message.actor && m.id === message.id)) Object.assign(message, {done: row, lost: true});
    }
  }

  // What of these messages may yet arrive, as the state after it says, is a ghost from now on; the rest is lost.
  breakOff(messages, step, row) {
    const arriving = this.state(step.after).messages.filter((m) => m.ghost === true && this.breaksOff(m, step));
    for (const ghosts of [true, false]) {
      for (const message of messages.filter((m) => (m.ghost === true) === ghosts)) {
        const found = arriving.findIndex((m) => message.reply === undefined && m.actor === message.actor && m.id === message.id);
        if (found === -1) Object.assign(message, {done: row, lost: true});
        else {
          message.ghost = true;
          arriving.splice(found, 1);
        }
      }
    }
  }
}

const lessonData = JSON.parse(document.getElementById('lesson-data').textContent);
const sides = new Map(lessonData.sides.map((json) => [json.id, new Side(json)]));

// An element with its attributes and children; text is always text.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children);
  return made;
}

// Whether a key is that of a row; the others are entries of the cache about one, such as a lock: "k1/lock".
function isRow(key) {
  return !key.includes('/');
}

// A marker is there and is no value.
function isValue(value) {
  return typeof value === 'number';
}

// Whether the cache has another value of this key than the database has of its row.
function differs(state, k) {
  return isValue(state.cache[k]) && state.cache[k] !== state.database[k];
}

function valueWords(value) {
  return value === null ? 'nothing' : String(value);
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
