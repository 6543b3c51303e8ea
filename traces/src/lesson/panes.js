// What stands beside the diagram: the property lights, the stores, the messages in flight, the explanation.
'use strict';

const kAbouts = {
  'read': 'What was read',
  'missed-write': 'What it missed',
  'racing-pair': 'The two steps whose order decides',
  'no-return': 'The point of no return',
  'before-it': 'What could still have happened',
  'duration': 'How long it lasts',
  'likelihood': 'How likely it is',
  'faults': 'What must go wrong for it',
  'asked': 'The fault that was asked for',
  'not-asked': 'What was not asked',
  'limit': 'Not computed',
  'proof': 'Why nothing goes wrong',
  'holds': 'What holds',
  'says-nothing': 'What it says nothing of',
};
const kOthers = {
  'order-reversed': 'See the run in which their order is the other one',
  'escape': 'See how it could still have ended well',
};

// The first of the steps that breaks each property; 0 where none does. Counted from 1.
function firstRed(side, steps) {
  return side.properties.map((_, p) => 1 + steps.findIndex((step) => (step.violates >> p & 1) !== 0));
}

// A light a property: whether it is broken by now, and where it was broken first. `jump` is called with that step.
function lightsPane(side, steps, now, jump) {
  const first = firstRed(side, steps);
  const list = element('ul', {class: 'lights'});
  side.properties.forEach((property, p) => {
    const isBroken = first[p] > 0 && first[p] <= now;
    const applies = property.verdict !== '';
    const light = isBroken ? 'red' : applies ? 'green' : 'off';
    const item = element('li', {class: `light ${light}`, 'data-property': property.name, 'data-light': light},
                         element('span', {class: 'lamp', 'aria-hidden': 'true'}, isBroken ? '✗' : applies ? '✓' : '–'));
    const words = element('span', {class: 'light-words'}, element('strong', {}, property.name), ' ');
    if (isBroken) words.append(first[p] === now ? 'is broken by this step' : `is broken since step ${first[p]}`);
    else if (applies) words.append('is not broken so far');
    else words.append(property.why);
    words.append(element('span', {class: 'claim'}, `${property.claim}.`));
    item.append(words);
    if (first[p] > 0 && first[p] !== now && jump) {
      item.append(element('button', {type: 'button', class: 'jump', onclick: () => jump(first[p])}, `first red: step ${first[p]}`));
    }
    list.append(item);
  });
  return element('section', {class: 'pane'}, element('h3', {}, 'Property lights'), list);
}

// Both stores as a table; what the step changed is marked, and where the cache differs.
function storesPane(side, before, state) {
  const head = element('tr', {}, element('th', {scope: 'col'}, 'key'));
  if (side.hasCache) head.append(element('th', {scope: 'col'}, 'cache'));
  head.append(element('th', {scope: 'col'}, 'database'));
  const body = element('tbody');
  side.keys.forEach((key, k) => {
    const row = element('tr', {}, element('th', {scope: 'row'}, key));
    const cell = (store) => {
      const value = state[store][k];
      const changed = before !== null && before[store][k] !== value;
      const made = element('td', {class: `${value === null ? 'absent' : ''}${changed ? ' changed' : ''}`, 'data-store': store},
                           valueWords(value));
      if (store === 'cache' && state.expiring[k]) made.append(element('span', {class: 'was'}, ' may expire'));
      if (changed) made.append(element('span', {class: 'was'}, ` was ${valueWords(before[store][k])}`));
      return made;
    };
    if (side.hasCache) row.append(cell('cache'));
    row.append(isRow(key) ? cell('database') : element('td'));
    if (side.hasCache && differs(state, k)) {
      row.classList.add('differs');
      row.append(element('td', {class: 'differ'}, state.atRest ? '≠ wrong, at rest' : '≠ differ for now'));
    }
    body.append(row);
  });
  return element('section', {class: 'pane'}, element('h3', {}, 'Stores'),
                 element('table', {class: 'stores'}, element('thead', {}, head), body));
}

// What is on its way, oldest first for each session.
function flightPane(side, state) {
  const list = element('ul', {class: 'flight'});
  for (const message of state.messages) {
    const actor = side.actors[message.actor].name;
    const isReply = message.reply !== undefined;
    const sender = message.request.from || actor;
    const route = isReply ? `${message.request.to} → ${actor}` : `${sender} → ${message.request.to}`;
    list.append(element('li', {class: isReply ? 'reply' : 'request'}, element('span', {class: 'route'}, route), ' ',
                        element('strong', {}, isReply ? message.reply : message.request.words), ' ',
                        element('span', {class: 'drawn'}, isReply ? `answer to ${message.request.words}` : `${message.request.label ? `“${message.request.label}”` : `for ${actor}`}${message.ghost ? ', nobody waits for it' : ''}`)));
  }
  if (state.messages.length === 0) {
    list.append(element('li', {class: 'none'}, state.atRest ? 'Nothing: the system is at rest.' : 'Nothing.'));
  }
  return element('section', {class: 'pane'}, element('h3', {}, 'Messages in flight'), list);
}

// What the other side's story does at this moment and this one's cannot; '' for nothing.
function apartWords(side, moment) {
  const apart = side.apart.find((each) => each.moment === moment);
  if (apart === undefined) return '';
  const leader = sides.get('before');
  return `Only before, in step ${moment}: ${leader.walk(leader.story)[moment - 1].what} ${apart.why}`;
}

function explanationPane(side) {
  const list = element('dl', {class: 'explanation'});
  let last = '';
  for (const sentence of side.sentences) {
    const heading = kAbouts[sentence.about] || sentence.about;
    if (heading !== last) list.append(element('dt', {}, heading));
    last = heading;
    const text = element('dd', {'data-about': sentence.about}, sentence.text);
    for (const other of side.others) {
      const belongs = other.about === 'order-reversed' ? 'racing-pair' : 'before-it';
      if (belongs !== sentence.about) continue;
      const link = element('a', {href: playHash(side, other.run)}, kOthers[other.about] || other.about);
      text.append(element('span', {class: 'other'}, ' ', link, '.'));
    }
    list.append(text);
  }
  if (side.apart.length > 0) list.append(element('dt', {}, 'What went wrong only before'));
  for (const {moment} of side.apart) list.append(element('dd', {'data-about': 'apart'}, apartWords(side, moment)));
  return element('section', {class: 'pane explained'}, element('h3', {}, side.broken ? 'What happened' : 'What this shows'), list);
}

function legend(side) {
  const items = [['—▸', 'request on its way'], ['- -▸', 'its answer']];
  const crashes = side.steps.some((step) => step.effect === 'dies');
  if (side.steps.some((step) => step.effect === 'lost') || side.requests.some((request) => request.lost)) items.push(['✕', crashes ? 'lost; on a lifeline: the app crashes' : 'lost']);
  else if (crashes) items.push(['✕', 'the app crashes']);
  if (side.messages.some((message) => message.ghost)) items.push(['— —▸', 'late, a copy, or of a crashed app: nobody waits for it']);
  items.push(['▮', 'the store holds the value beside it']);
  if (side.hasCache) items.push(['▨', 'the cache differs from the database']);
  if (side.race) items.push(['①②', 'the two steps whose order decides']);
  if (side.broken) items.push(['✗', 'the step that breaks the property']);
  const list = element('ul', {class: 'legend'});
  for (const [sign, words] of items) {
    list.append(element('li', {}, element('span', {class: 'sign', 'aria-hidden': 'true'}, sign), ` ${words}`));
  }
  return list;
}

// The diagram in a frame that scrolls by itself where the room is too narrow; drawn anew when the room changes.
class DiagramFrame {
  constructor(caption) {
    this.frame = element('div', {class: 'frame', tabindex: '0', role: 'group', 'aria-label': `${caption} (diagram)`});
    this.element = element('figure', {class: 'diagram'}, this.frame);
    this.width = 0;
    new ResizeObserver(() => {
      if (this.what && Math.abs(this.room() - this.width) > 1) this.draw();
    }).observe(this.frame);
  }

  room() {
    return Math.floor(this.frame.clientWidth);
  }

  show(side, steps, options) {
    this.what = [side, steps, options];
    this.draw();
  }

  draw() {
    const [side, steps, options] = this.what;
    this.width = this.room();
    if (this.width === 0) return;
    const drawn = new Diagram(side, steps, {...options, width: this.width}).draw();
    this.frame.replaceChildren(drawn);
    // A text that is longer than expected is not cut off: the picture grows.
    const box = drawn.getBBox();
    const [left, top] = [Math.min(0, Math.floor(box.x)), Math.min(0, Math.floor(box.y))];
    const [right, bottom] = [Math.max(drawn.width.baseVal.value, Math.ceil(box.x + box.width)), Math.max(drawn.height.baseVal.value, Math.ceil(box.y + box.height))];
    drawn.setAttribute('viewBox', `${left} ${top} ${right - left} ${bottom - top}`);
    drawn.setAttribute('width', right - left);
    drawn.setAttribute('height', bottom - top);
  }
}
