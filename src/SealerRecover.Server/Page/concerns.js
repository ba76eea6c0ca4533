// What needs a person: the most pressing first, each with what mends it.

import { byId, fill, h, setText } from './dom.js';
import { copyable, links } from './parts.js';
import { store } from './store.js';
import { has, t } from './words.js';

let shown = '';

/** Shows them anew where they differ, so that nobody loses a selection or the focus on a button. */
export function renderConcerns({ force = false } = {}) {
  const { concerns } = store.state;
  const now = JSON.stringify(concerns);
  if (now === shown && !force) return;
  shown = now;
  setText(byId('concerns-count'), concerns.length > 0 ? String(concerns.length) : '');
  byId('concerns').classList.toggle('calm', concerns.length === 0);
  fill(byId('concerns-body'), concerns.length === 0 ? h('li', { class: 'none' }, t('concerns.none')) : concerns.map(one));
}

/** What it is about, in the reader's language. */
export function headline(concern) {
  const key = has(`concern.${concern.kind}`) || has(`concern.${concern.kind}.one`) ? `concern.${concern.kind}` : 'concern.other';
  return t(key, { n: concern.sectors.length, machine: concern.machine ?? '' });
}

function one(concern) {
  const urgent = concern.level === 'urgent';
  return h('li', { class: 'concern', 'data-level': concern.level },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, urgent ? '▲' : '●'),
    h('div', { class: 'about' },
      h('p', { class: 'what' }, h('strong', null, headline(concern)), ' ', h('span', { class: 'level' }, t(urgent ? 'level.urgent' : 'level.warning'))),
      h('p', { class: 'text', lang: 'en' }, concern.text),
      concern.sectors.length > 0 ? h('p', null, links(concern.sectors, 16)) : null),
    concern.commands.length > 0 ? h('div', { class: 'commands' }, concern.commands.map(command => copyable(command))) : null);
}
