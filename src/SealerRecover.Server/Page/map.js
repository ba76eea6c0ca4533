// The map: a row for each deadline, its partitions in it, a cell for each sector. Only cells that changed are touched.

import { add, byId, fill, h, setAttribute, setText } from './dom.js';
import { describe, glyphs, paint } from './parts.js';
import { hashOf, lookOf, nameOf, store } from './store.js';
import { t } from './words.js';

const deadlines = 48;
let cells = new Map();
let rows = [];
let built = '';
let focused = null;

/** Shows what changed: names, or null for everything. */
export function renderMap(changed, isShown, { force = false } = {}) {
  const { sectors } = store.state;
  const plan = changed !== null && !force && changed.every(fits) ? built : sectors.map(place).join('\n');
  if (plan !== built || force) {
    built = plan;
    build(sectors);
    changed = null;
  }

  for (const sector of changed === null ? sectors : changed.map(name => store.byName.get(name))) {
    const cell = cells.get(nameOf(sector.sector));
    paint(cell, sector);
    setAttribute(cell, 'aria-label', describe(sector));
  }

  markNext();
  renderKey();
  if (focused) say(focused);
  applyFilter(isShown);
}

/** Dims the cells of sectors that are not asked for. */
export function applyFilter(isShown) {
  for (const [name, cell] of cells) setAttribute(cell, 'data-dim', isShown(store.byName.get(name)) ? null : '');
}

/** Has the cell of a sector take the keyboard. */
export function focusCell(name) {
  const cell = cells.get(name);
  if (!cell) return false;
  rove(cell);
  cell.focus();
  return true;
}

const place = sector => `${nameOf(sector.sector)} ${sector.deadline ?? '-'} ${sector.partition ?? '-'}`;

function fits(name) {
  const cell = cells.get(name);
  return cell !== undefined && cell.dataset.place === place(store.byName.get(name));
}

function build(sectors) {
  const wasFocused = document.activeElement?.dataset?.name;
  cells = new Map();
  rows = [];
  const miners = [...new Set(sectors.map(sector => sector.sector.miner))].sort();
  fill(byId('map'), miners.map(miner => h('div', { class: 'miner' },
    miners.length > 1 ? h('h3', null, miner) : null,
    h('div', { class: 'grid', role: 'grid', 'aria-label': t('map.label', { miner }), onkeydown: keys, onclick: open, onpointerover: point, onfocusin: point },
      grid(sectors.filter(sector => sector.sector.miner === miner))))));
  byId('map').querySelectorAll('.grid').forEach((element, i) => setWidth(element, sectors.filter(sector => sector.sector.miner === miners[i])));
  const first = (wasFocused && cells.get(wasFocused)) || rows[0]?.[0];
  if (first) rove(first);
  if (wasFocused) cells.get(wasFocused)?.focus();
}

/** Rows in the order of the day; deadlines without a sector of ours share a thin row; what has no deadline comes last. */
function grid(sectors) {
  const made = [];
  const byDeadline = Map.groupBy ? Map.groupBy(sectors, sector => sector.deadline ?? null) : groupBy(sectors);
  if ([...byDeadline.keys()].some(deadline => deadline !== null)) {
    for (let deadline = 0; deadline < deadlines; deadline++) {
      if (byDeadline.has(deadline)) {
        made.push(row(String(deadline), t('deadline.named', { deadline }), byDeadline.get(deadline)));
        continue;
      }

      const first = deadline;
      while (deadline + 1 < deadlines && !byDeadline.has(deadline + 1)) deadline++;
      made.push(h('div', { class: 'row none', role: 'presentation', 'aria-hidden': 'true' }, h('span', { class: 'deadline' }, first === deadline ? String(first) : `${first}–${deadline}`)));
    }
  }

  if (byDeadline.has(null)) made.push(row('–', t('deadline.none'), byDeadline.get(null), made.length === 0 ? 'alone' : 'homeless'));
  return made;
}

function groupBy(sectors) {
  const groups = new Map();
  for (const sector of sectors) groups.set(sector.deadline ?? null, [...(groups.get(sector.deadline ?? null) ?? []), sector]);
  return groups;
}

function row(label, spoken, sectors, kind = '') {
  const mine = [];
  const sorted = [...sectors].sort((a, b) => (a.partition ?? 0) - (b.partition ?? 0) || a.sector.number - b.sector.number);
  const partitions = [...new Set(sorted.map(sector => sector.partition ?? null))];
  const element = h('div', { class: `row ${kind}`, role: 'row' }, h('span', { class: 'deadline', role: 'rowheader', title: spoken, 'aria-label': spoken }, label));
  const parts = h('div', { class: 'parts', role: 'presentation' });
  for (const partition of partitions) {
    const part = h('div', { class: 'part', role: 'presentation' });
    if (partition !== null) part.append(h('span', { class: 'partition', 'aria-hidden': 'true', title: t('partition.named', { partition }) }, String(partition)));
    for (const sector of sorted.filter(one => (one.partition ?? null) === partition)) {
      const name = nameOf(sector.sector);
      const cell = h('div', { class: 'cell', role: 'gridcell', tabindex: -1, 'data-name': name, 'data-place': place(sector) });
      cells.set(name, cell);
      mine.push(cell);
      part.append(cell);
    }

    parts.append(part);
  }

  element.append(parts);
  rows.push(mine);
  return element;
}

/** Columns of the map are as wide as its longest row, within reason. */
function setWidth(element, sectors) {
  const rowsOf = new Map();
  for (const sector of sectors) {
    const row = rowsOf.get(sector.deadline) ?? { cells: 0, partitions: new Set() };
    row.cells++;
    row.partitions.add(sector.partition);
    rowsOf.set(sector.deadline, row);
  }

  const widest = Math.max(...[...rowsOf].filter(([deadline]) => deadline !== undefined).map(([, row]) => (row.cells * 1.72) + (row.partitions.size * 1.5) + 3.4), 10);
  element.style.setProperty('--widest', `${Math.min(widest, 30)}rem`);
}

/** The row whose sectors are due next stands out. */
function markNext() {
  const due = store.state.run.next_due;
  const next = due === undefined ? [] : store.state.sectors.filter(sector => sector.due === due && sector.stage !== 'done').map(sector => cells.get(nameOf(sector.sector))?.closest('.row'));
  for (const row of document.querySelectorAll('#map .row.next')) if (!next.includes(row)) row.classList.remove('next');
  for (const row of new Set(next)) if (row && !row.classList.contains('next')) row.classList.add('next');
}

/** One cell of the whole map is in the tab order; arrows move from there. */
function rove(cell) {
  for (const other of cells.values()) if (other.tabIndex === 0 && other !== cell) other.tabIndex = -1;
  cell.tabIndex = 0;
}

function keys(event) {
  const cell = event.target.closest('.cell');
  if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    location.hash = hashOf(store.byName.get(cell.dataset.name).sector);
    return;
  }

  const r = rows.findIndex(row => row.includes(cell));
  const c = rows[r].indexOf(cell);
  const within = at => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at))];
    return row[Math.min(c, row.length - 1)];
  };
  const next = {
    ArrowLeft: () => rows[r][c - 1] ?? rows[r - 1]?.at(-1),
    ArrowRight: () => rows[r][c + 1] ?? rows[r + 1]?.[0],
    ArrowUp: () => within(r - 1),
    ArrowDown: () => within(r + 1),
    Home: () => (event.shiftKey ? rows[0][0] : rows[r][0]),
    End: () => (event.shiftKey ? rows.at(-1).at(-1) : rows[r].at(-1)),
    PageUp: () => within(r - 10),
    PageDown: () => within(r + 10),
  }[event.key]?.();
  if (next) {
    event.preventDefault();
    rove(next);
    next.focus();
  }
}

function open(event) {
  const cell = event.target.closest('.cell');
  if (!cell) return;
  rove(cell);
  cell.focus();
  location.hash = hashOf(store.byName.get(cell.dataset.name).sector);
}

function point(event) {
  const cell = event.target.closest?.('.cell');
  if (cell) say(cell.dataset.name);
}

/** The line under the map says all of the cell under the pointer or the focus. */
function say(name) {
  focused = name;
  const sector = store.byName.get(name);
  const line = byId('map-line');
  line.hidden = false;
  setText(line, sector ? `${describe(sector)}${sector.deadline !== undefined ? ` · ${t('deadline.named', { deadline: sector.deadline })}` : ''}${sector.partition !== undefined ? ` · ${t('partition.named', { partition: sector.partition })}` : ''}` : '');
}

let keyShown = '';

/** What letters and colours mean: of those that are there. */
function renderKey() {
  const { sectors } = store.state;
  const looks = Object.keys(glyphs).filter(look => sectors.some(sector => lookOf(sector) === look));
  const late = sectors.some(sector => sector.late && sector.stage !== 'done');
  const orphans = [...cells.values()].some(cell => cell.hasAttribute('data-orphan'));
  const now = `${document.documentElement.lang} ${looks} ${late} ${orphans}`;
  if (now === keyShown) return;
  keyShown = now;
  const item = (attributes, glyph, text) => h('li', null, h('span', { class: 'cell', 'aria-hidden': 'true', ...attributes }, glyph), text);
  fill(byId('map-key'), looks.map(look => item({ 'data-look': look }, glyphs[look], t(look === 'labelling' ? 'key.labelling' : `look.${look}`))));
  const more = [];
  if (late) more.push(item({ 'data-look': 'queued', 'data-late': '' }, '', t('key.late')));
  if (orphans) more.push(item({ 'data-look': 'labelling', 'data-orphan': '' }, '3', t('key.orphan')));
  add(byId('map-key'), more);
}
