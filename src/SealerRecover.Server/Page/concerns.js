// What needs a person: the most pressing first, each with what mends it.

import { byId, fill, h, setText } from './dom.js';
import { copyable, links } from './parts.js';
import { store } from './store.js';
import { exitMeaning } from './whole.js';
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

/** What is to be said of it, in the reader's language; of what this page does not know, what the server says, in English. */
function sentence(concern) {
  const said = words(concern);
  if (said === null) return h('p', { class: 'text', lang: 'en' }, concern.text);
  return h('p', { class: 'text' }, said, concern.detail ? [' ', h('span', { lang: 'en' }, concern.detail)] : null);
}

function words(concern) {
  const { kind, machine, place } = concern;
  const n = concern.sectors.length;
  const time = concern.minutes === undefined ? null : concern.minutes < 120 ? t('span.minutes', { n: concern.minutes }) : t('span.hours', { n: Math.floor(concern.minutes / 60) });
  switch (kind) {
    case 'failed':
      return concern.exit_code === undefined ? null : `${t('exit', { code: concern.exit_code })}${exitMeaning(concern.exit_code)}`;
    case 'machine_gone':
      return time === null ? null : n > 0 ? t('about.machine_gone.has', { time, n }) : t('about.machine_gone', { time });
    case 'nothing_moves':
      return time === null ? null : machine ? t('about.nothing_moves.on', { time, machine }) : t('about.nothing_moves', { time });
    case 'no_machine':
      return t(store.state.machines.some(known => known.alive) ? 'about.no_machine.drained' : 'about.no_machine', { n });
    case 'damaged':
      return place ? t('about.damaged', { place }) : null;
    case 'check_failed':
      return place ? t('about.check_failed', { place }) : null;
    case 'cannot_hold':
      return concern.detail ? t('about.cannot_hold') : null;
    case 'late':
      return t('about.late');
    case 'run_gone':
      return t('about.run_gone');
    default:
      return null;
  }
}

function one(concern) {
  const urgent = concern.level === 'urgent';
  return h('li', { class: 'concern', 'data-level': concern.level },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, urgent ? '▲' : '●'),
    h('div', { class: 'about' },
      h('p', { class: 'what' }, h('strong', null, headline(concern)), ' ', h('span', { class: 'level' }, t(urgent ? 'level.urgent' : 'level.warning'))),
      sentence(concern),
      concern.sectors.length > 0 ? h('p', null, links(concern.sectors, 16)) : null),
    concern.commands.length > 0 ? h('div', { class: 'commands' }, concern.commands.map(command => copyable(command))) : null);
}
