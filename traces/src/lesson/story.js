// The story of one side, or of both beside each other, step by step.
'use strict';

const kHeadings = {before: 'Before: with the cache', after: 'After: the database alone'};

function heading(side) {
  return sides.size === 1 ? 'The story' : kHeadings[side.id];
}

function about(side) {
  if (side.id === 'after') {
    return `The same operations, started at the same moments, without a cache: ${side.protocol}.`;
  }
  return `What the apps do is drawn in ${side.protocol}; this is one order in which their messages can travel.`;
}

// One side's diagram, panes and sentence, at any step of its story.
class SideView {
  constructor(side, jump, live) {
    this.side = side;
    this.jump = jump;
    this.steps = side.walk(side.story);
    this.diagram = new DiagramFrame(heading(side));
    this.sentence = element('p', {class: 'sentence', 'aria-live': live ? 'polite' : undefined});
    this.panes = element('div', {class: 'panes'});
    this.explanation = explanationPane(side);
    this.head = element('div', {class: 'side-head'}, element('h2', {}, heading(side)), element('p', {class: 'about'}, about(side)));
    this.diagram.element.append(element('figcaption', {}, 'Time runs downward; a slanted arrow is a message on its way.', legend(side)));
  }

  // `remark`: what stands below the step's sentence.
  show(now, remark = '') {
    const step = now === 0 ? null : this.steps[now - 1];
    const state = this.side.state(step ? step.after : 0);
    const before = step ? this.side.state(step.before) : null;
    this.sentence.replaceChildren(element('span', {class: 'where'}, now === 0 ? 'At the start' : `Step ${now}`), ' ');
    if (step) {
      this.sentence.append(step.what, ' ', element('span', {class: 'then'}, step.then));
      const broken = this.side.names(step.violates);
      if (broken.length > 0) this.sentence.append(' ', element('strong', {class: 'breaks'}, `This breaks ${broken.join(' and ')}.`));
      else if (state.atRest) this.sentence.append(' ', element('span', {class: 'then'}, 'Now everything is at rest.'));
    } else {
      this.sentence.append(this.startWords(state));
    }
    if (remark !== '') this.sentence.append(' ', element('span', {class: 'apart'}, remark));
    this.diagram.show(this.side, this.steps, {now, race: this.side.race, noReturn: this.side.noReturn, title: this.title()});
    this.panes.replaceChildren(lightsPane(this.side, this.steps, now, this.jump), storesPane(this.side, before, state), flightPane(this.side, state));
  }

  startWords(state) {
    const words = this.side.keys.map((key, k) => {
      const stored = `the database holds ${key}=${state.database[k]}`;
      if (!this.side.hasCache) return stored;
      const cached = `the cache holds ${state.cache[k] === null ? `no ${key}` : `${key}=${state.cache[k]}`}`;
      return isRow(key) ? `${stored}, ${cached}` : cached;
    });
    return `Nothing has happened yet: ${words.join('; ')}.`;
  }

  title() {
    return `Sequence diagram, ${plural(this.steps.length, 'step')}. ${this.steps.map((step, i) => `${i + 1}: ${step.what}`).join(' ')}`;
  }
}

// First, previous, the slider, next, last.
class StepControls {
  constructor(count, go) {
    this.count = count;
    const button = (name, sign, action) => element('button', {type: 'button', class: 'step', 'aria-label': name, title: name, onclick: action}, sign);
    this.first = button('First step', '|◀', () => go(0));
    this.previous = button('Previous step', '◀', () => go(this.now - 1));
    this.next = button('Next step', '▶', () => go(this.now + 1));
    this.last = button('Last step', '▶|', () => go(this.count));
    this.slider = element('input', {type: 'range', min: 0, max: count, step: 1, 'aria-label': 'Step',
                                    oninput: () => go(Number(this.slider.value))});
    this.place = element('output', {class: 'place'});
    this.element = element('div', {class: 'controls', role: 'group', 'aria-label': 'Steps'},
                           this.first, this.previous, this.slider, this.next, this.last, this.place);
  }

  show(now) {
    this.now = now;
    this.slider.value = now;
    this.slider.setAttribute('aria-valuetext', `step ${now} of ${this.count}`);
    this.place.textContent = `${now} of ${this.count}`;
    const off = (button, is) => button.setAttribute('aria-disabled', is ? 'true' : 'false');
    off(this.first, now === 0);
    off(this.previous, now === 0);
    off(this.next, now === this.count);
    off(this.last, now === this.count);
  }
}

// `shown`: the sides, one or two. With two, the first one's steps lead and the second goes along.
class Story {
  constructor(name, shown) {
    this.name = name;
    this.views = shown.map((side) => new SideView(side, (step) => this.go(step), true));
    this.count = this.views[0].steps.length;
    this.controls = new StepControls(this.count, (step) => this.go(step));
    const bar = element('div', {class: 'bar'}, this.controls.element);
    this.element = element('article', {class: shown.length === 2 ? 'story both' : 'story one'});
    if (shown.length === 1) {
      const [view] = this.views;
      bar.append(view.sentence);
      this.element.append(view.head, bar, view.diagram.element, element('div', {class: 'beside'}, view.panes, view.explanation));
    } else {
      this.element.append(bar);
      for (const view of this.views) {
        this.element.append(element('section', {class: 'column'}, view.head, view.sentence, view.diagram.element, view.panes, view.explanation));
      }
    }
  }

  // A story's step lies between 0 and its length.
  go(step) {
    const now = Math.min(this.count, Math.max(0, Number.isFinite(step) ? step : 0));
    setHash(`#${this.name}/step=${now}`);
    this.show(now);
  }

  show(now) {
    this.now = now;
    this.controls.show(now);
    this.views.forEach((view, i) => {
      const moments = view.side.moments;
      const goesAlong = i > 0 && moments.length > 0;
      view.show(goesAlong ? moments[now] : Math.min(now, view.steps.length), goesAlong ? apartWords(view.side, now) : '');
    });
  }

  print(starts) {
    const now = this.now;
    this.show(starts ? this.count : this.printedAt);
    this.printedAt = now;
  }

  key(key) {
    const steps = {ArrowRight: this.now + 1, ArrowLeft: this.now - 1, Home: 0, End: this.count};
    if (!(key in steps)) return false;
    this.go(steps[key]);
    return true;
  }
}
