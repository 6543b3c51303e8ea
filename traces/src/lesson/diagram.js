// The sequence diagram, drawn for the room it has. Time runs downward, a row a step; a message is a slanted arrow from
// the row where it was sent to the row where it arrived, so that one overtaking another is seen. Beside the stores stand
// their values, from change to change.
'use strict';

// The words of a text in lines of at most `room` characters; a word that is longer is cut, and nothing is left out.
function wrapped(text, room) {
  const lines = [];
  for (const word of text.split(' ').filter((each) => each !== '')) {
    for (let from = 0; from < word.length; from += room) {
      const part = word.slice(from, from + room);
      const last = lines.length - 1;
      if (from === 0 && last >= 0 && lines[last].length + 1 + part.length <= room) lines[last] += ` ${part}`;
      else lines.push(part);
    }
  }
  return lines;
}

class Diagram {
  // `now`: how many steps were taken; later ones are drawn pale. `width`: of the room in CSS pixels.
  constructor(side, steps, {now, width, race = null, noReturn = null, title}) {
    Object.assign(this, {side, steps, now, race, noReturn, title});
    this.messages = side.messagesOf(steps);
    this.unfinished = this.messages.some((m) => m.done === undefined && !m.lost);
    this.layOut(width);
  }

  layOut(width) {
    const servers = this.side.hasCache ? ['cache', 'database'] : ['database'];
    const count = this.side.actors.length + servers.length;
    this.narrow = width < 520 || width < 264 + (count - 1) * 98;  // too narrow for a margin of remarks
    const first = this.narrow ? 60 : 206;  // the first lifeline; left of it step numbers and, where there is room, remarks
    const right = (this.narrow ? 46 : 60) + (this.side.keys.length > 1 ? 20 : 0);  // the last store's values
    const room = Math.floor((width - first - right) / Math.max(1, count - 1));
    this.gap = Math.max(this.narrow ? 66 : 98, Math.min(170, room));
    this.actorX = this.side.actors.map((_, i) => first + i * this.gap);
    this.serverX = {};
    servers.forEach((role, i) => {
      this.serverX[role] = first + (this.side.actors.length + i) * this.gap;
    });
    this.width = first + (count - 1) * this.gap + right;
    this.headWidth = Math.min(this.gap - 6, this.narrow ? 86 : 112);
    this.scripts = this.side.actors.map((actor) => wrapped(actor.script, Math.floor(this.headWidth / 6.4)));
    this.headHeight = 38 + 13 * Math.max(0, ...this.scripts.map((lines) => lines.length - 1));
    this.remarkRoom = this.narrow ? 24 : Math.floor((first - 14 - 60) / 6);
    this.rowY = [this.headHeight + 24 + (this.side.keys.length - 1) * 13];
    const step = 35;
    this.steps.forEach((_, i) => {
      const lines = this.remarks(i).length;
      this.rowY.push(this.rowY[i] + step + Math.max(0, lines - 1) * 14 + (this.noReturn === i - 1 ? 22 : 0));
    });
    this.bottom = this.rowY[this.rowY.length - 1] + (this.unfinished ? 44 : 24) +
                  (this.noReturn === this.steps.length - 1 ? 22 : 0);
    this.height = this.bottom + 8;
  }

  // Where the step happens.
  x(step) {
    if (step.kind === 'handle') return this.serverX[this.side.request(step).to];
    if (step.actor === null) return this.serverX.cache;
    return this.actorX[step.actor];
  }

  // What is written beside a step, a line each.
  remarks(i) {
    const step = this.steps[i];
    const lines = [];
    const actor = step.actor === null ? 'cache' : this.side.actors[step.actor].name;
    if (step.kind === 'invoke') lines.push(this.narrow ? `▸ ${step.operation}` : `${actor} starts ${step.operation}`);
    if (step.actor === null) lines.push(this.narrow ? step.operation : `${actor} ${step.operation}`);
    else if (step.fault) lines.push(this.faultWords(step));
    else if (step.kind === 'give-up') lines.push(this.narrow ? 'times out' : `${actor} gets no answer`);
    for (const ending of step.endings || []) lines.push(this.narrow ? `▪ ${ending}` : `${actor} ${ending}`);
    return lines.flatMap((line) => wrapped(line, this.remarkRoom));
  }

  faultWords(step) {
    const app = step.effect === 'dies' ? `app${this.side.actors[step.actor].app}` : '';
    const words = {
      'late': ['late', 'a message is late'],
      'copied': ['sent twice', 'a message is sent twice'],
      'refused': ['error', 'a server answers with an error'],
      'broken-off': ['cancelled', 'an operation is cancelled'],
      'dies': ['crashes', `${app} crashes`],
    }[step.effect] || ['lost', 'a message is lost'];
    return words[this.narrow ? 0 : 1];
  }

  add(name, attributes, text) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    this.svg.append(made);
    return made;
  }

  draw() {
    this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    this.svg.setAttribute('viewBox', `0 0 ${this.width} ${this.height}`);
    this.svg.setAttribute('width', this.width);
    this.svg.setAttribute('height', this.height);
    this.svg.setAttribute('role', 'img');
    this.svg.setAttribute('aria-label', this.title);
    this.svg.setAttribute('class', `sequence${this.narrow ? ' narrow' : ''}`);
    this.define();
    this.drawNow();
    this.drawActors();
    this.drawStores();
    this.drawMarks();
    for (const message of this.messages) this.drawMessage(message);
    this.steps.forEach((_, i) => this.drawStep(i));
    return this.svg;
  }

  define() {
    const hatch = this.add('pattern', {id: Diagram.hatch(), width: 6, height: 6, patternUnits: 'userSpaceOnUse',
                                       patternTransform: 'rotate(45)'});
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    for (const [key, value] of Object.entries({width: 3, height: 6, class: 'hatch'})) line.setAttribute(key, value);
    hatch.append(line);
    this.hatchId = hatch.id;
  }

  static hatch() {
    Diagram.count = (Diagram.count || 0) + 1;
    return `hatch-${Diagram.count}`;
  }

  later(row) {
    return row > this.now ? ' later' : '';
  }

  drawNow() {
    const y = this.rowY[this.now];
    this.add('rect', {class: 'now', x: 2, y: y - 15, width: this.width - 4, height: 30, rx: 6});
  }

  drawActors() {
    const [wide, high] = [this.headWidth, this.headHeight];
    const head = (x, name, under, kind) => {
      this.add('line', {class: `lifeline ${kind}`, x1: x, y1: 6 + high, x2: x, y2: this.bottom});
      this.add('rect', {class: `actor ${kind}`, x: x - wide / 2, y: 6, width: wide, height: high, rx: kind === 'server' ? 3 : 10});
      this.add('text', {class: 'actor-name', x, y: under.length > 0 ? 22 : 11 + high / 2}, name);
      under.forEach((line, i) => this.add('text', {class: 'actor-script', x, y: 37 + 13 * i}, line));
    };
    this.side.actors.forEach((actor, i) => head(this.actorX[i], actor.name, this.scripts[i], 'app'));
    for (const [role, x] of Object.entries(this.serverX)) head(x, role, [], 'server');
  }

  // Along each store a band for every key, cut where its value changes; hatched where the cache has another value than
  // the database.
  drawStores() {
    const states = [this.side.state(0), ...this.steps.map((step) => this.side.state(step.after))];
    const keys = this.side.keys.length;
    const rows = this.side.keys.filter(isRow).length;
    const name = (key) => (rows === 1 && !isRow(key) ? key.slice(key.indexOf('/') + 1) : key);
    const label = (k, value) => (keys === 1 ? valueWords(value) : `${name(this.side.keys[k])}=${value === null ? '–' : value}`);
    for (const [role, x] of Object.entries(this.serverX)) {
      const broad = Math.max(4, Math.min(this.narrow ? 7 : 10, Math.floor(24 / keys)));
      for (let k = 0; k < keys; ++k) {
        let from = 0;
        for (let row = 1; row <= states.length; ++row) {
          if (role === 'database' && !isRow(this.side.keys[k])) break;
          const wrong = (r) => role === 'cache' && differs(states[r], k);
          const same = row < states.length && states[row][role][k] === states[from][role][k] && wrong(row) === wrong(from);
          if (same) continue;
          const value = states[from][role][k];
          const top = from === 0 ? this.headHeight + 8 : this.rowY[from];
          const end = row < states.length ? this.rowY[row] : this.bottom;
          const box = {x: x - keys * broad / 2 + k * broad, y: top, width: broad, height: end - top};
          if (value !== null) {
            const tone = isValue(value) ? (value === states[0].database[k] ? 'old' : `new-${(value - 1) % 4}`) : 'marker';
            this.add('rect', {class: `store ${tone}${this.later(from)}`, ...box});
            if (wrong(from)) {
              this.add('rect', {class: `incoherent${this.later(from)}`, ...box, fill: `url(#${this.hatchId})`});
            }
          }
          const isChange = from === 0 || states[from][role][k] !== states[from - 1][role][k];
          if (isChange && (value !== null || from > 0)) {
            this.add('text', {class: `value${this.later(from)}`, x: x + keys * broad / 2 + 5,
                              y: from === 0 ? this.headHeight + 20 + k * 13 : this.rowY[from] + 4},
                     label(k, value));
          }
          from = row;
        }
      }
    }
  }

  // The racing pair's bracket and the line after which nothing helps.
  drawMarks() {
    if (this.race && this.race[1] < this.steps.length) {
      const [y1, y2] = this.race.map((i) => this.rowY[i + 1]);
      const x = this.narrow ? 15 : 24;
      this.add('path', {class: 'race bracket', d: `M ${x + 5} ${y1} H ${x} V ${y2} H ${x + 5}`});
      [y1, y2].forEach((y, i) => this.add('text', {class: 'race-words', x: x - 2, y: y + 5}, i === 0 ? '①' : '②'));
    }
    if (this.noReturn !== null && this.noReturn < this.steps.length) {
      const y = this.rowY[this.noReturn + 1] + 27;
      this.add('line', {class: 'no-return', x1: 14, y1: y, x2: this.width - 4, y2: y});
      this.add('text', {class: 'no-return-words', x: this.narrow ? 40 : 54, y: y - 5}, 'point of no return');
    }
  }

  drawMessage(message) {
    const server = this.serverX[message.request.to];
    const actor = message.request.from ? this.serverX[message.request.from] : this.actorX[message.actor];
    const isReply = message.reply !== undefined;
    const [x1, x2] = isReply ? [server, actor] : [actor, server];
    const y1 = this.rowY[message.sent];
    let end = {x: x2, y: message.done === undefined ? this.bottom - 6 : this.rowY[message.done]};
    if (message.done === undefined) end.x = x1 + (x2 - x1) * 0.7;
    if (message.lost) end.x = x1 + (x2 - x1) * 0.42;  // between two lifelines, not on one
    if (message.lost && message.done === undefined) end.y = y1 + 18;
    const kind = `message${isReply ? ' reply' : ''}${message.request.async ? ' async' : ''}${message.ghost ? ' ghost' : ''}`;
    const done = message.done === undefined ? Infinity : message.done;
    const flying = message.sent <= this.now && this.now < done && !(message.lost && done === Infinity);
    const data = {'data-from-step': message.sent, 'data-to-step': message.done === undefined ? '' : message.done};
    if (message.sent > this.now) {
      this.add('line', {class: `${kind} later`, x1, y1, x2: end.x, y2: end.y, ...data});
    } else if (flying && this.now < this.steps.length) {
      // The part it has travelled, and the part it has yet to.
      const part = Math.min(0.94, Math.max(0.08, (this.rowY[this.now] - y1 + 12) / (end.y - y1)));
      const at = {x: x1 + (end.x - x1) * part, y: y1 + (end.y - y1) * part};
      this.add('line', {class: `${kind} later`, x1: at.x, y1: at.y, x2: end.x, y2: end.y});
      this.add('line', {class: kind, x1, y1, x2: at.x, y2: at.y, ...data});
      this.add('circle', {class: 'flying', cx: at.x, cy: at.y, r: 4.5});
    } else {
      this.add('line', {class: kind, x1, y1, x2: end.x, y2: end.y, ...data});
      if (flying) this.add('circle', {class: 'flying', cx: end.x, cy: end.y, r: 4.5});
    }
    const pale = message.sent > this.now || flying ? ' later' : '';
    if (message.lost) this.cross(end, message.sent > this.now || done > this.now && done !== Infinity ? ' later' : '');
    else if (message.done !== undefined) this.head({x: x1, y: y1}, end, pale);
    this.label(message, {x: x1, y: y1}, end, message.sent > this.now ? ' later' : '');
  }

  // An arrow's head at `end`, clear of the store's band.
  head(from, end, pale) {
    const length = Math.hypot(end.x - from.x, end.y - from.y) || 1;
    const [ux, uy] = [(end.x - from.x) / length, (end.y - from.y) / length];
    const [bx, by] = [end.x - ux * 11, end.y - uy * 11];
    const round = (n) => Math.round(n * 10) / 10;
    this.add('path', {class: `head${pale}`, d: `M ${end.x} ${end.y} L ${round(bx - uy * 4.5)} ${round(by + ux * 4.5)} L ${round(bx + uy * 4.5)} ${round(by - ux * 4.5)} Z`});
  }

  cross(at, pale) {
    this.add('path', {class: `lost${pale}`, d: `M ${at.x - 7} ${at.y - 7} l 14 14 M ${at.x + 7} ${at.y - 7} l -14 14`});
  }

  // Along the arrow, near its beginning, below it: above it another may arrive.
  label(message, from, end, pale) {
    const words = message.reply !== undefined ? message.reply : `${message.request.words}${message.copy ? ' (a copy)' : ''}`;
    const length = Math.hypot(end.x - from.x, end.y - from.y) || 1;
    const toRight = end.x >= from.x;
    let angle = Math.atan2(end.y - from.y, end.x - from.x) * 180 / Math.PI;
    if (!toRight) angle -= 180;
    const start = Math.min(18, length * 0.2);
    const x = from.x + (end.x - from.x) / length * start;
    const y = from.y + (end.y - from.y) / length * start;
    const text = this.add('text', {class: `message-words${pale}`, x, y: y + (this.narrow ? 11 : 13), 'text-anchor': toRight ? 'start' : 'end',
                                   transform: `rotate(${Math.round(angle * 10) / 10} ${x} ${y})`}, words);
    const drawn = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    drawn.textContent = message.request.label;
    text.append(drawn);
  }

  drawStep(i) {
    const step = this.steps[i];
    const row = i + 1;
    const y = this.rowY[row];
    const x = this.x(step);
    const pale = this.later(row);
    this.add('text', {class: `step-number${pale}${row === this.now ? ' current' : ''}`, x: this.narrow ? 35 : 46, y: y + 4}, row);
    if (step.violates !== 0) this.add('text', {class: `broken${pale}`, x: this.narrow ? 44 : 55, y: y + 5}, '✗');
    this.actorX.forEach((at, actor) => {
      if (this.side.crashes(actor, step)) this.cross({x: at, y}, pale);
    });
    this.add('circle', {class: `event${pale}${row === this.now ? ' current' : ''}`, cx: x, cy: y, r: 4});
    const lines = this.remarks(i);
    lines.forEach((line, l) => {
      this.add('text', {class: `note${pale}`, x: this.narrow ? x + 9 : this.actorX[0] - 14, y: this.narrow ? y - 8 + (l - lines.length + 1) * 13 : y + 4 + (l - lines.length + 1) * 14,
                        'text-anchor': this.narrow ? 'start' : 'end'}, line);
    });
    if (this.race && this.race.includes(i)) this.add('circle', {class: `race ring${pale}`, cx: x, cy: y, r: 11});
  }
}
