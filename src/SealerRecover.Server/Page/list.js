// The sectors as a table: one row each, made once and changed where it differs.

import { byId, fill, h, setAttribute, setShare, setText } from './dom.js';
import { absolute, percent, rate, relative } from './format.js';
import { doing, paint } from './parts.js';
import { hashOf, isOrphan, kindOf, nameOf, shareOf, store } from './store.js';
import { t } from './words.js';

let rows = new Map();
let built = '';
let body = null;
let choosing = false;

/** Names of the sectors that are ticked. */
export const picked = new Set();

/** Shows what changed: names, or null for everything. */
export function renderList(changed, isShown, { force = false, canChoose = false, onPick = () => {} } = {}) {
  const { sectors } = store.state;
  if (force || canChoose !== choosing || body === null) {
    choosing = canChoose;
    build(onPick);
    changed = null;
  }

  const order = sectors.map(sector => nameOf(sector.sector)).join('\n');
  if (order !== built) {
    built = order;
    arrange(sectors, onPick);
    changed = null;
  }

  for (const sector of changed === null ? sectors : changed.map(name => store.byName.get(name))) update(sector);
  applyListFilter(isShown);
}

/** Hides the rows of sectors that are not asked for. */
export function applyListFilter(isShown) {
  for (const [name, row] of rows) row.element.hidden = !isShown(store.byName.get(name));
}

function build(onPick) {
  rows = new Map();
  built = '';
  body = h('tbody');
  const head = h('tr', null,
    choosing ? h('th', { scope: 'col', class: 'pick' }, h('input', { type: 'checkbox', id: 'pick-all', 'aria-label': t('list.pick.all'), onchange: event => pickAll(event.target.checked, onPick) })) : null,
    ['sector', 'state', 'machine', 'place', 'due'].map(name => h('th', { scope: 'col', class: name }, t(`list.${name}`))));
  fill(byId('list'), h('table', { class: 'list' }, h('caption', { class: 'spoken' }, t('sectors.title')), h('thead', null, head), body));
}

function pickAll(all, onPick) {
  for (const [name, row] of rows) {
    const on = all && !row.element.hidden;
    row.box.checked = on;
    if (on) picked.add(name);
    else picked.delete(name);
  }

  onPick();
}

/** Takes all ticks away. */
export function clearPicked() {
  picked.clear();
  for (const row of rows.values()) if (row.box) row.box.checked = false;
  const all = byId('pick-all');
  if (all) all.checked = false;
}

function arrange(sectors, onPick) {
  const names = new Set();
  for (const sector of sectors) {
    const name = nameOf(sector.sector);
    names.add(name);
    if (!rows.has(name)) rows.set(name, make(sector, name, onPick));
    body.append(rows.get(name).element);
  }

  for (const [name, row] of rows) {
    if (names.has(name)) continue;
    row.element.remove();
    rows.delete(name);
    picked.delete(name);
  }
}

function make(sector, name, onPick) {
  const several = new Set(store.state.sectors.map(one => one.sector.miner)).size > 1;
  const row = {
    cell: h('span', { class: 'cell', 'aria-hidden': 'true' }),
    doing: h('span', { class: 'doing' }),
    share: h('span', { class: 'share' }),
    track: h('span', { class: 'track', 'aria-hidden': 'true' }),
    machine: h('td', { class: 'machine' }),
    place: h('td', { class: 'place' }),
    due: h('td', { class: 'due' }),
    box: choosing ? h('input', { type: 'checkbox', 'aria-label': t('list.pick', { sector: `${sector.sector.miner} ${sector.sector.number}` }), onchange: event => {
      if (event.target.checked) picked.add(name);
      else picked.delete(name);
      onPick();
    } }) : null,
  };
  if (row.box) row.box.checked = picked.has(name);
  row.element = h('tr', null,
    row.box ? h('td', { class: 'pick' }, row.box) : null,
    h('th', { scope: 'row', class: 'sector' }, h('a', { href: hashOf(sector.sector) }, several ? h('span', { class: 'of' }, `${sector.sector.miner} `) : null, String(sector.sector.number))),
    h('td', { class: 'state' }, h('span', { class: 'stating' }, row.cell, h('span', { class: 'words' }, row.doing, ' ', row.share), row.track)),
    row.machine, row.place, row.due);
  return row;
}

function update(sector) {
  const row = rows.get(nameOf(sector.sector));
  paint(row.cell, sector);
  const share = shareOf(sector);
  const working = kindOf(sector) === 'working';
  setText(row.doing, [doing(sector), isOrphan(sector) ? t('orphan') : null, sector.priority ? t('priority.of', { priority: sector.priority }) : null].filter(Boolean).join(' · '));
  setText(row.share, working && share !== null ? [percent(share), sector.rate ? rate(sector.rate, sector.unit) : null].filter(Boolean).join(' · ')
    : sector.stage === 'failed' ? sector.message ?? '' : '');
  row.track.hidden = !working || share === null;
  setShare(row.track, share ?? 0);
  setText(row.machine, sector.machine ?? '');
  setText(row.place, sector.deadline === undefined ? '' : sector.partition === undefined ? String(sector.deadline) : `${sector.deadline} / ${sector.partition}`);
  setAttribute(row.element, 'data-late', sector.late && sector.stage !== 'done' ? '' : null);
  const due = sector.due && sector.stage !== 'done' ? Date.parse(sector.due) : null;
  if (row.dueAt !== due || row.late !== sector.late) {
    row.dueAt = due;
    row.late = sector.late;
    fill(row.due, due === null ? null : [h('span', { 'data-at': due, title: absolute(due, true) }, relative(due, store.now())), sector.late ? h('span', { class: 'mark' }, t('late')) : null]);
  }
}
