// Start: the title, the parts, and which of them the address names: #before/step=7, #after/step=3, #both/step=7,
// #play/before/0.2.1 (the choices taken).
'use strict';

function setHash(hash) {
  if (location.hash !== hash) history.replaceState(null, '', hash);
  showParts();
}

// The address as a part and what it says of it; anything that is not understood is the first story's start.
function readHash() {
  const [part, ...rest] = location.hash.slice(1).split('/');
  if (part === 'play') {
    const side = sides.get(rest[0]) || sides.values().next().value;
    const run = (rest[1] || '').split('.').filter((choice) => /^\d+$/.test(choice)).map(Number);
    return {part, side, run};
  }
  const known = sides.has(part) || (part === 'both' && sides.size === 2);
  const step = /^step=(\d+)$/.exec(rest[0] || '');
  return {part: known ? part : sides.keys().next().value, step: known && step ? Number(step[1]) : 0};
}

let shown = null;  // the Story or Game on the page
let shownKey = '';

function makePart(wanted) {
  if (wanted.part === 'play') return new Game(wanted.side);
  return new Story(wanted.part, wanted.part === 'both' ? [...sides.values()] : [sides.get(wanted.part)]);
}

function route() {
  const wanted = readHash();
  const key = wanted.part === 'play' ? `play/${wanted.side.id}` : wanted.part;
  if (key !== shownKey) {
    shown = makePart(wanted);
    shownKey = key;
    document.getElementById('main').replaceChildren(shown.element);
  }
  if (wanted.part === 'play') {
    shown.show(wanted.run);
    setHash(playHash(wanted.side, shown.run));
  } else {
    shown.go(wanted.step);
  }
}

const parts = [];

function addParts() {
  const list = document.getElementById('parts');
  const add = (part, text, hash) => {
    const link = element('a', {href: hash}, text);
    parts.push({part, link});
    list.append(element('li', {}, link));
  };
  for (const side of sides.values()) add(side.id, heading(side), `#${side.id}/step=0`);
  if (sides.size === 2) add('both', 'Side by side', '#both/step=0');
  add('play', 'Play: you are the scheduler', playHash(sides.values().next().value, []));
}

function showParts() {
  const current = shownKey.split('/')[0];
  for (const {part, link} of parts) {
    if (part === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function unlucky(steps) {
  const lost = steps.filter((step) => step.fault).length;
  if (lost === 0) return `no fault but ${plural(steps.length, 'step')} in an unlucky order`;
  const losses = steps.every((step) => !step.fault || step.effect === 'lost');
  const [one, many] = losses ? ['a lost message', 'lost messages'] : ['a fault', 'faults'];
  return `${plural(steps.length, 'step')}, ${lost === 1 ? `one of them ${one}` : `${lost} of them ${many}`}`;
}

function addTitle() {
  const side = sides.values().next().value;
  const steps = side.walk(side.story);
  const last = side.state(steps.length === 0 ? 0 : steps[steps.length - 1].after);
  const invitation = `Step through them${sides.size === 2 ? ', see the same work without a cache' : ''}, then make it happen yourself.`;
  const broken = side.properties.find((property) => property.name === side.broken);
  const proven = side.properties.filter((property) => property.verdict === 'holds').map((property) => property.name);
  const unbroken = proven.length > 0 ? `Every order of messages, and none breaks ${proven.join(' or ')}` : 'Every order of messages, and no proof';
  const title = side.broken ? broken.title || `How ${side.broken} is broken` : unbroken;
  let summary = `${side.protocol} with ${lessonData.scenario}: ` +
                (side.judged() === '' ? 'no property says anything of it.' : `none of its ${plural(side.states.length, 'state')} breaks ${side.judged()}.`);
  const lie = side.lie(last);
  if (!side.broken && last.atRest && lie !== '') summary += ` But at the end of this run: ${lie}`;
  if (side.broken && broken.differs && lie !== '') {
    summary = `Everything is at rest. ${lie} In this run it takes ${unlucky(steps)}. ${invitation}`;
  } else if (side.broken) {
    summary = `The claim was: ${broken.claim}. In this run it takes ${unlucky(steps)} to break it. ${invitation}`;
  }
  document.title = `${title} (${side.protocol})`;
  document.getElementById('title').textContent = title;
  document.getElementById('summary').textContent = summary;
  document.getElementById('kicker').textContent = `${side.protocol} · ${lessonData.scenario}`;
  const made = side.command === '' ? [] : ['Checked by ', element('code', {}, side.command), '. '];
  document.getElementById('made').replaceChildren(...made, 'This page holds all of it and asks no network.');
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const isSlider = event.target instanceof HTMLInputElement;
  if (isSlider && /^(Arrow|Home|End|Page)/.test(event.key)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const first = sides.values().next().value;
  const hashes = {b: '#before/step=0', a: '#after/step=0', s: '#both/step=0', p: playHash(first, [])};
  const partOf = {b: 'before', a: 'after', s: 'both', p: 'play'};
  if (shown.key(key)) event.preventDefault();
  else if (key in hashes && parts.some(({part}) => part === partOf[key])) location.hash = hashes[key];
}

addTitle();
addParts();
addEventListener('hashchange', route);
addEventListener('keydown', onKey);
// On paper stands the whole story.
addEventListener('beforeprint', () => shown.print(true));
addEventListener('afterprint', () => shown.print(false));
route();
