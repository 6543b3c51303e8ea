// The game: you are the scheduler. Every enabled action is offered, each answer comes from the embedded state space.
'use strict';

function playHash(side, run) {
  return `#play/${side.id}${run.length > 0 ? `/${run.join('.')}` : ''}`;
}

class Game {
  constructor(side) {
    this.side = side;
    this.run = [];
    this.hints = 0;
    this.shortest = side.distances()[0];
    this.diagram = new DiagramFrame('Your run');
    this.status = element('p', {class: 'sentence', role: 'status'});
    this.verdict = element('div', {class: 'verdict', role: 'status'});
    this.actions = element('ol', {class: 'actions'});
    this.panes = element('div', {class: 'panes'});
    const button = (id, text, action) => element('button', {type: 'button', id, class: 'tool', onclick: action}, text);
    this.hintButton = button('hint', 'Hint', () => this.hint());
    this.undoButton = button('undo', 'Undo', () => this.undo());
    this.resetButton = button('reset', 'Start again', () => this.reset());
    this.score = element('p', {class: 'score', id: 'score'});
    this.choices = element('section', {class: 'pane choices'}, element('h3', {}, 'What happens next?'), this.actions,
                           element('div', {class: 'tools'}, this.hintButton, this.undoButton, this.resetButton), this.score);
    this.element = element('article', {class: 'game'}, this.head(), element('div', {class: 'bar'}, this.status),
                           element('div', {class: 'beside'}, this.verdict, this.choices, this.panes), this.diagram.element);
  }

  head() {
    const levels = element('p', {class: 'levels'});
    if (sides.size > 1) {
      levels.append('Play ');
      for (const side of sides.values()) {
        levels.append(element('a', {href: playHash(side, []), class: 'level', 'aria-current': side === this.side ? 'true' : undefined},
                              side.id === 'before' ? 'with the cache' : 'with the database alone'));
      }
    }
    return element('div', {class: 'side-head'}, element('h2', {}, 'You are the scheduler'), element('p', {class: 'about'}, this.goal()), levels);
  }

  goal() {
    const claims = this.side.properties.filter((property) => property.verdict === 'violated').map((property) => property.name).join(' or ');
    if (this.shortest !== Infinity) {
      return `Goal: break ${claims}. The apps follow their diagrams; you decide whose message travels next. It can be done in ${plural(this.shortest, 'step')}.`;
    }
    if (this.side.judged() === '') return 'No property says anything of this game, so there is nothing to win. Try it anyway.';
    return `Goal: break ${this.side.judged()}. This game cannot be won: none of its ${plural(this.side.states.length, 'state')}, and none of the ${plural(this.side.edgeCount, 'step')} between them, does. Try it anyway.`;
  }

  // The run that a link names, as far as it exists.
  show(run) {
    this.run = run.slice(0, this.side.lengthOf(run));
    this.refresh();
  }

  go(run) {
    this.run = run;
    setHash(playHash(this.side, run));
    this.refresh();
  }

  choose(choice) {
    const hadFocus = this.actions.contains(document.activeElement);
    this.go([...this.run, choice]);
    const next = this.actions.querySelector('button') || this.undoButton;
    if (hadFocus) next.focus({preventScroll: true});
  }

  undo() {
    if (this.run.length > 0) this.go(this.run.slice(0, -1));
  }

  reset() {
    this.hints = 0;
    this.go([]);
  }

  hint() {
    const choice = this.isWon() ? -1 : this.side.hint(this.at());
    if (choice < 0) {
      this.tellHint(this.isWon() ? 'You have won already.' : 'No action leads to a violation from here.');
      return;
    }
    ++this.hints;
    this.refresh();
    const button = this.actions.querySelectorAll('button')[choice];
    button.classList.add('hinted');
    button.append(element('span', {class: 'tag'}, 'hint'));
    button.focus({preventScroll: true});
    this.tellHint(`Hint: ${this.side.edges(this.at())[choice].step.what}`);
  }

  tellHint(words) {
    this.status.append(' ', element('span', {class: 'then hint-words'}, words));
  }

  steps() {
    return this.side.walk(this.run);
  }

  at() {
    const steps = this.steps();
    return steps.length === 0 ? 0 : steps[steps.length - 1].after;
  }

  // The first step that broke something, from 1; 0: none so far.
  wonAt() {
    return 1 + this.steps().findIndex((step) => step.violates !== 0);
  }

  isWon() {
    return this.wonAt() > 0;
  }

  refresh() {
    const steps = this.steps();
    const now = steps.length;
    const last = now === 0 ? null : steps[now - 1];
    const state = this.side.state(this.at());
    const edges = this.side.edges(state.index);
    this.status.replaceChildren(element('span', {class: 'where'}, now === 0 ? 'At the start' : `Step ${now}`), ' ',
                                last ? last.what : 'Nothing has happened yet. Choose what happens first.', ' ',
                                element('span', {class: 'then'}, last ? last.then : ''));
    this.actions.replaceChildren(...edges.map((edge, choice) => this.action(edge, choice)));
    if (edges.length === 0) this.actions.append(element('li', {class: 'none'}, 'Nothing more can happen: every operation has ended.'));
    this.tell(state, now);
    this.undoButton.setAttribute('aria-disabled', now === 0 ? 'true' : 'false');
    this.resetButton.setAttribute('aria-disabled', now === 0 ? 'true' : 'false');
    const best = this.shortest === Infinity ? 'no run wins' : `the shortest way to win has ${this.shortest}`;
    this.score.textContent = `${plural(now, 'step')} so far; ${best}${this.hints > 0 ? `; ${plural(this.hints, 'hint')}` : ''}.`;
    this.diagram.show(this.side, steps, {now, title: `Sequence diagram of your run, ${plural(now, 'step')}. ${steps.map((step, i) => `${i + 1}: ${step.what}`).join(' ')}`});
    this.panes.replaceChildren(storesPane(this.side, last ? this.side.state(last.before) : null, state), flightPane(this.side, state),
                               lightsPane(this.side, steps, now, null));
  }

  action(edge, choice) {
    const button = element('button', {type: 'button', class: `action${edge.step.fault ? ' fault' : ''}`, 'data-choice': choice,
                                      onclick: () => this.choose(choice)},
                           element('span', {class: 'what'}, edge.step.what), element('span', {class: 'then'}, edge.step.then));
    if (edge.step.fault) button.append(element('span', {class: 'tag'}, 'fault'));
    return element('li', {}, button);
  }

  // Won, out of reach, or still open: exact, because every state is known.
  tell(state, now) {
    const won = this.wonAt();
    this.verdict.className = 'verdict';
    this.verdict.replaceChildren();
    const say = (kind, title, text) => {
      this.verdict.classList.add(kind);
      this.verdict.append(element('strong', {}, title), ' ', text);
    };
    if (won > 0) {
      const names = this.side.names(this.steps()[won - 1].violates).join(' and ');
      const fewest = won === this.shortest ? `No run does it in fewer.` : `The shortest run has ${plural(this.shortest, 'step')}.`;
      const help = this.hints > 0 ? ` You took ${plural(this.hints, 'hint')}.` : '';
      const lie = this.side.lie(state);
      const first = this.side.properties.find((property) => (this.steps()[won - 1].violates & this.side.maskOf(property.name)) !== 0);
      say('won', first.won, `${names} is broken in step ${won}.${lie === '' ? '' : ` ${lie}`} ${fewest}${help}`);
    } else if (this.side.distances()[state.index] === Infinity) {
      const everywhere = this.shortest === Infinity;
      if (everywhere && now === 0) return;
      const broken = this.side.judged() === '' ? 'a property' : this.side.judged();
      const why = everywhere ? `Nothing breaks ${broken} in any of the ${this.side.states.length} states of this game.`
                             : `Whatever happens now, nothing breaks ${broken}. Take a step back, or start again.`;
      const isOver = state.atRest && this.side.edges(state.index).length === 0;
      const lie = this.side.lie(state);
      if (isOver && lie !== '') say('wrong', 'Everything is at rest, and the cache is wrong.', `${lie} ${this.side.judged() === '' ? 'No property was looked at.' : `${this.side.judged()} does not forbid that.`} ${why}`);
      else say('safe', isOver ? 'Everything is at rest, and no property was broken.' : 'From here no property can be broken any more.', why);
    }
  }

  print() {}  // what was played so far is all there is

  key(key) {
    const edges = this.side.edges(this.at());
    if (/^[1-9]$/.test(key) && Number(key) <= edges.length) this.choose(Number(key) - 1);
    else if (key === 'u') this.undo();
    else if (key === 'r') this.reset();
    else if (key === 'h') this.hint();
    else return false;
    return true;
  }
}
