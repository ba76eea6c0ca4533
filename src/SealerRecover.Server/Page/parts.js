// Small pieces that several views show: moments that keep up with the clock, commands to copy, names of sectors, bars.

import { absolute, percent, relative } from './format.js';
import { h, setAttribute, setShare, setText } from './dom.js';
import { hashOf, isOrphan, lookOf, nameOf, shareOf, spoken, store } from './store.js';
import { has, t } from './words.js';

/** A moment: "in 3 h 05 min", which `tick` keeps true, with day and time beside it or as a tooltip. */
export function moment(instant, { beside = false } = {}) {
  const at = Date.parse(instant);
  const element = h('time', { datetime: instant, 'data-at': at, title: `${absolute(at, true)} · ${new Date(at).toISOString().replace('.000', '')}` });
  element.textContent = relative(at, store.now());
  return beside ? h('span', { class: 'moment' }, h('span', { class: 'absolute' }, absolute(at)), h('span', { class: 'between' }, ' · '), element) : element;
}

/** Something that many seconds ago, when the state was told: goes on counting. */
export function heard(seconds) {
  const at = Date.parse(store.state.at) - seconds * 1000;
  return h('span', { 'data-at': at }, relative(at, store.now()));
}

/** Once a second: whatever shows a moment shows it as of now. */
export function tick(root = document) {
  const now = store.now();
  for (const element of root.querySelectorAll('[data-at]')) setText(element, relative(Number(element.dataset.at), now));
}

/** Some text with a button that copies it. */
export function copyable(text, { command = true } = {}) {
  const shown = h('code', null, text);
  const button = h('button', { type: 'button', class: 'copy', 'aria-label': t('copy.this', { text }), onclick: () => copy(shown, button) }, t('copy'));
  return h('span', { class: command ? 'command' : 'value' }, shown, button);
}

async function copy(shown, button) {
  try {
    await navigator.clipboard.writeText(shown.textContent);
  } catch {
    // Browsers have no clipboard for pages that come without TLS from elsewhere; a selection can always be copied.
    const selection = getSelection();
    selection.selectAllChildren(shown);
    document.execCommand('copy');
    selection.removeAllRanges();
  }

  setText(button, t('copied'));
  setTimeout(() => setText(button, t('copy')), 2000);
}

/** Names of sectors that lead to them; what is beyond so many is counted. */
export function links(sectors, most = 12) {
  const shown = sectors.slice(0, most);
  const several = new Set((store.state?.sectors ?? []).map(sector => sector.sector.miner)).size > 1;
  const list = h('span', { class: 'links' }, shown.map(sector => {
    const text = several ? spoken(sector) : String(sector.number);

    // What was found somewhere and is not on the list has no page here.
    return store.byName.has(nameOf(sector)) ? h('a', { href: hashOf(sector) }, text) : h('span', null, text);
  }));
  if (sectors.length > most) list.append(h('span', { class: 'more' }, t('more', { n: sectors.length - most })));
  return list;
}

/** A bar, 0 to 1, with what it says for those who do not see it. */
export function bar(share, label, kind = '') {
  return h('progress', { max: 1, value: Math.max(0, Math.min(1, share)), 'aria-label': label, class: kind || null });
}

/** The letter or shape of a look; colour is never the only thing that tells it. */
export function glyphOf(sector) {
  const look = lookOf(sector);
  if (look === 'labelling') return sector.phase === 'label' || sector.phase === 'write_layer' || sector.phase === undefined ? String(sector.step ?? 'L') : 'L';
  return glyphs[look] ?? '?';
}

/** Letters and shapes by look. */
export const glyphs = {
  queued: '', checking: 'C', preparing: 'P', labelling: '3', trees: 'T', unsealing: 'U', installing: 'I',
  done: '✓', failed: '✕', stopped: '■', paused: 'Ⅱ', cancelled: '–',
};

/** What is being done with a sector: "labelling, layer 3 of 11". */
export function doing(sector) {
  const look = lookOf(sector);
  if (!sector.phase || ['done', 'failed', 'stopped', 'paused', 'cancelled', 'queued'].includes(look)) return t(`look.${look}`);
  const phase = has(`phase.${sector.phase}`) ? t(`phase.${sector.phase}`) : sector.phase;
  return sector.steps > 1 ? t(has(`steps.${sector.phase}`) ? `steps.${sector.phase}` : 'steps', { phase, step: sector.step ?? 1, steps: sector.steps }) : phase;
}

/** All of a sector in one line. */
export function describe(sector) {
  const share = shareOf(sector);
  return [
    t('sector.named', { miner: sector.sector.miner, number: sector.sector.number }),
    doing(sector),
    share !== null && share < 1 ? percent(share) : null,
    sector.machine && lookOf(sector) !== 'queued' ? t('on.machine', { machine: sector.machine }) : null,
    isOrphan(sector) ? t('orphan') : null,
    sector.late ? t('late') : null,
    sector.due && sector.stage !== 'done' ? t('due.at', { at: absolute(Date.parse(sector.due)) }) : null,
    sector.priority ? t('priority.of', { priority: sector.priority }) : null,
  ].filter(Boolean).join(' · ');
}

/** A small cell with the look of a sector, as it stands in the map. */
export function badge(sector) {
  const cell = h('span', { class: 'cell', 'aria-hidden': 'true' });
  paint(cell, sector);
  return cell;
}

/** Gives a cell the look of a sector; changes only what differs. */
export function paint(cell, sector) {
  setAttribute(cell, 'data-look', lookOf(sector));
  setAttribute(cell, 'data-late', sector.late && sector.stage !== 'done' ? '' : null);
  setAttribute(cell, 'data-orphan', isOrphan(sector) ? '' : null);
  setShare(cell, lookOf(sector) === 'done' ? 0 : shareOf(sector) ?? 0);
  setText(cell, glyphOf(sector));
}
