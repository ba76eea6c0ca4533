// One sector in full: what is done, what it is made of, what happened, why it failed and what mends it.

import { ask, worded } from './api.js';
import { byId, h, whenReleased } from './dom.js';
import { absolute, percent, rate, took } from './format.js';
import { badge, bar, copyable, doing, moment } from './parts.js';
import { isOrphan, kindOf, lookOf, nameOf, shareOf, store } from './store.js';
import { exitMeaning } from './whole.js';
import { has, t } from './words.js';

/** What is shown is asked for again at most so often, in milliseconds. */
const often = 1_500;
const anyway = 10_000;

let name = null;
let detail = null;
let problem = null;
let askedAt = 0;
let asking = null;
let offered = null;
let closed = () => {};

/** What the panel needs of the page: which actions there are for a sector (elements, or null), and what to do when it is closed. */
export function setUpSector(options) {
  offered = options.actions;
  closed = options.closed;
  const dialog = byId('sector');
  dialog.addEventListener('close', () => {
    const was = name;
    name = null;
    detail = null;
    clearTimeout(asking);
    closed(was);
  });
  dialog.addEventListener('click', event => {
    if (event.target === dialog) dialog.close();
  });
  setInterval(() => {
    if (name !== null && performance.now() - askedAt > anyway) refresh();
  }, 1_000);
}

/** Opens the panel with a sector, or shows another one in it. */
export function openSector(wanted) {
  if (wanted === name) return;
  name = wanted;
  detail = null;
  problem = null;
  const dialog = byId('sector');
  render();
  if (!dialog.open) dialog.showModal();
  dialog.scrollTop = 0;
  byId('sector-title')?.focus();
  askNow();
}

/** Closes it, if it is open. */
export function closeSector() {
  const dialog = byId('sector');
  if (dialog.open) dialog.close();
}

/** Which is shown; null for none. */
export const shownSector = () => name;

/** The state has changed: of these sectors, or of all for null. */
export function updateSector(changed) {
  if (name === null) return;
  render();
  if (changed === null || changed.includes(name)) refresh();
}

/** Asks for the detail again, not more often than is good. */
function refresh() {
  clearTimeout(asking);
  asking = setTimeout(askNow, Math.max(0, often - (performance.now() - askedAt)));
}

async function askNow() {
  const wanted = name;
  if (wanted === null) return;
  askedAt = performance.now();
  try {
    const answer = await ask(`sectors/${wanted.split('/').map(encodeURIComponent).join('/')}`);
    if (name !== wanted) return;
    detail = answer;
    problem = null;
  } catch (error) {
    if (name !== wanted) return;
    problem = error;
  }

  whenReleased('sector', render);
}

/** Shows it anew, and leaves the focus and what is selected alone where that is possible. */
export function render() {
  if (name === null) return;
  const dialog = byId('sector');
  const held = document.activeElement?.dataset?.focus;
  const top = dialog.scrollTop;
  if (isSelecting(dialog)) return;
  const sector = store.byName.get(name) ?? detail?.sector ?? null;
  const panel = h('div', { class: 'panel' }, header(sector), sector === null && problem === null ? h('p', { class: 'empty' }, t('sector.unknown')) : null,
    problem ? refused() : null,
    sector ? [offered(sector), now(sector), failure(sector), steps(), facts(), events()] : null);
  const before = dialog.querySelector('.panel');
  if (before) before.replaceWith(panel);
  else dialog.append(panel);
  dialog.scrollTop = top;
  if (held) dialog.querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus();
}

function refused() {
  const [text, hint] = problem.status === 404 ? [t('sector.unknown'), null] : worded(problem);
  return h('div', { class: 'note bad', role: 'alert' }, h('p', null, text), hint ? h('p', null, hint) : null);
}

/** Somebody marks text in here to copy it: it must not go away under the hands. */
function isSelecting(dialog) {
  const selection = getSelection();
  return detail !== null && selection !== null && !selection.isCollapsed && dialog.contains(selection.anchorNode) && nameOf(detail.sector.sector) === name;
}

function header(sector) {
  const order = [...store.byName.keys()];
  const at = order.indexOf(name);
  const go = (to, key, sign) => h('button', { type: 'button', class: 'quiet sign', 'data-focus': key, 'aria-label': t(key), title: t(key), disabled: to === undefined, onclick: () => { location.hash = `#/${to}`; } }, sign);
  const [miner, number] = name.split('/');
  return h('header', { class: 'head' },
    h('h2', { id: 'sector-title', tabindex: -1, 'data-focus': 'title' }, t('sector.named', { miner, number })),
    h('span', { class: 'ways' }, go(order[at - 1], 'sector.before', '‹'), go(at < 0 ? undefined : order[at + 1], 'sector.next', '›'),
      h('button', { type: 'button', class: 'quiet sign', 'data-focus': 'close', 'aria-label': t('close'), title: t('close'), onclick: closeSector }, '×')),
    sector ? h('p', { class: 'stating' }, badge(sector), h('strong', null, doing(sector)),
      sector.kind ? h('span', { class: 'pill' }, has(`of.${sector.kind}`) ? t(`of.${sector.kind}`) : sector.kind) : null,
      sector.paused && lookOf(sector) !== 'paused' ? h('span', { class: 'pill' }, t('look.paused')) : null,
      sector.late && sector.stage !== 'done' ? h('span', { class: 'pill bad' }, t('late')) : null,
      isOrphan(sector) ? h('span', { class: 'pill bad' }, t('orphan')) : null) : null);
}

function now(sector) {
  const share = shareOf(sector);
  const working = kindOf(sector) === 'working';
  const pair = (key, ...value) => h('div', null, h('dt', null, t(key)), h('dd', null, ...value));
  return h('section', null,
    working && share !== null ? h('p', { class: 'wide' }, bar(share, doing(sector)), h('span', null, percent(share)), sector.rate ? h('span', null, rate(sector.rate, sector.unit)) : null) : null,
    h('dl', { class: 'pairs' },
      sector.machine ? pair('now.machine', sector.machine) : null,
      sector.since ? pair('now.since', moment(sector.since, { beside: true })) : null,
      sector.deadline !== undefined ? pair('now.place', [t('deadline.named', { deadline: sector.deadline }), sector.partition !== undefined ? t('partition.named', { partition: sector.partition }) : null].filter(Boolean).join(t('comma'))) : null,
      sector.due ? pair('now.due', moment(sector.due, { beside: true })) : null,
      sector.back_at && sector.stage !== 'done' ? pair('now.back', moment(sector.back_at, { beside: true })) : null,
      sector.moved && kindOf(sector) === 'working' ? pair('now.moved', moment(sector.moved, { beside: true })) : null,
      sector.fault_end ? pair('now.fault', moment(sector.fault_end, { beside: true })) : null,
      sector.priority ? pair('now.priority', String(sector.priority)) : null,
      sector.outcome ? pair('now.outcome', has(`outcome.${sector.outcome}`) ? t(`outcome.${sector.outcome}`) : sector.outcome) : null));
}

function failure(sector) {
  const commands = detail?.commands ?? [];
  const isBad = sector.stage === 'failed' || sector.stage === 'stopped';
  if (!isBad && !detail?.diagnosis && commands.length === 0 && !sector.message) return null;
  return h('section', { class: isBad ? 'failure' : '' },
    h('h3', null, t(isBad ? 'failure.title' : 'advice.title')),
    sector.exit_code !== undefined ? h('p', null, h('strong', null, t('exit', { code: sector.exit_code }), exitMeaning(sector.exit_code))) : null,
    sector.message ? h('p', { lang: 'en' }, sector.message) : null,
    detail?.diagnosis ? h('p', { class: 'diagnosis', lang: 'en' }, detail.diagnosis) : null,
    commands.length > 0 ? [h('p', null, t('failure.commands')), h('div', { class: 'commands' }, commands.map(command => copyable(command)))] : null);
}

/** "layer_3" in words; other names are names of files and stay. */
function stepName(step) {
  const layer = /^layer_(\d+)$/.exec(step.name);
  if (layer) return t('step.layer', { layer: layer[1] });
  const tree = /^(update_)?trees_(\d+)$/.exec(step.name);
  if (tree) return t(tree[1] ? 'step.update_tree' : 'step.tree', { tree: tree[2] });
  return has(`step.${step.name}`) ? t(`step.${step.name}`) : step.name;
}

function steps() {
  if (!detail || detail.steps.length === 0) return detail ? null : h('p', { class: 'empty' }, problem ? '' : t('asking'));
  return h('section', null, h('h3', null, t('steps.title')), h('ol', { class: 'steps' }, detail.steps.map(step => {
    const done = step.fraction >= 1;
    const words = done ? (step.seconds !== undefined ? took(step.seconds) : t('step.done')) : step.fraction > 0 ? percent(step.fraction) : t('step.open');
    return h('li', { 'data-step': done ? 'done' : step.fraction > 0 ? 'now' : 'open' },
      h('span', { class: 'of' }, stepName(step)), bar(step.fraction, `${stepName(step)}: ${words}`, done ? 'good' : ''), h('span', { class: 'took' }, done ? '✓ ' : '', words));
  })));
}

function facts() {
  if (!detail || detail.facts.length === 0) return null;
  return h('section', null, h('h3', null, t('facts.title')), h('dl', { class: 'facts' }, detail.facts.map(fact => h('div', null,
    h('dt', null, has(`fact.${fact.name}`) ? t(`fact.${fact.name}`) : fact.name),
    h('dd', null, copyable(fact.value, { command: false })),
    h('dd', { class: 'source' }, fact.source ? t('fact.source', { source: fact.source }) : t('fact.source.none'))))));
}

function events() {
  if (!detail || detail.events.length === 0) return null;
  return h('section', null, h('h3', null, t('events.title')), h('ol', { class: 'events' }, detail.events.map(event => h('li', null,
    h('time', { datetime: event.at, title: event.at }, absolute(Date.parse(event.at), true)), h('span', { class: 'where' }, event.machine ?? ''), h('span', { lang: 'en' }, event.text)))));
}
