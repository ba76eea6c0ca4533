// Machines: what each has, what it does, how fast against what it should, and when it was last heard.

import { byId, fill, h, setText } from './dom.js';
import { bytes, percent, rate } from './format.js';
import { badge, bar, doing, heard } from './parts.js';
import { hashOf, kindOf, nameOf, spoken, store } from './store.js';
import { t } from './words.js';

/** Below this share of the rate that it should have, a machine is marked. */
const slowBelow = 0.7;

/** Shows them anew; they are few. The focus stays where it was. */
export function renderMachines({ drain = null } = {}) {
  const { machines, sectors } = store.state;
  const held = document.activeElement?.dataset?.focus;
  byId('machines').hidden = machines.length === 0;
  setText(byId('machines-count'), t('machines.count', { n: machines.filter(machine => machine.alive).length, all: machines.length }));
  fill(byId('machines-actions'), drain && machines.some(machine => machine.alive && !machine.draining)
    ? h('button', { type: 'button', class: 'quiet', 'data-focus': 'drain all', onclick: () => drain(null) }, t('action.drain.all')) : null);
  const byMachine = new Map();
  for (const sector of sectors) {
    if (kindOf(sector) !== 'working' || !sector.machine) continue;
    if (!byMachine.has(sector.machine)) byMachine.set(sector.machine, []);
    byMachine.get(sector.machine).push(sector);
  }

  const order = machine => (standing(machine) === 'gone' ? 0 : machine.alive ? 1 : 2);
  const sorted = [...machines].sort((a, b) => order(a) - order(b) || a.name.localeCompare(b.name));
  fill(byId('machines-body'), sorted.map(machine => one(machine, byMachine.get(machine.name) ?? [], drain)));
  if (held) document.querySelector(`#machines [data-focus="${CSS.escape(held)}"]`)?.focus();
}

/** alive, draining, ended, or gone: not heard without having said good-bye. */
export function standing(machine) {
  if (machine.ended) return 'ended';
  if (!machine.alive) return 'gone';
  return machine.draining ? 'draining' : 'alive';
}

function one(machine, sectors, drain) {
  const state = standing(machine);
  return h('li', { class: 'card', 'data-standing': state, 'data-machine': machine.name },
    h('div', { class: 'head' },
      h('h3', null, link(machine)),
      h('span', { class: 'pill' }, t(`machine.${state}`)),
      drain && state === 'alive' ? h('button', { type: 'button', class: 'quiet', 'data-focus': `drain ${machine.name}`, 'aria-label': t('action.drain.machine', { machine: machine.name }), onclick: () => drain(machine.name) }, t('action.drain')) : null),
    h('p', { class: 'made' },
      machine.heard_seconds_ago !== undefined ? h('span', { class: 'heard' }, t('machine.heard'), ' ', heard(machine.heard_seconds_ago), ' · ') : null,
      [machine.processor, machine.cores !== undefined ? t('machine.cores', { n: machine.cores }) : null, ...(machine.gpus ?? []), machine.version].filter(Boolean).join(' · ')),
    machine.note ? h('p', { class: 'noted', lang: 'en' }, machine.note) : null,
    work(sectors),
    meters(machine));
}

/** Its own page, if it has one; an address of another kind than http is text. */
function link(machine) {
  if (!machine.url) return machine.name;
  let url = null;
  try {
    url = new URL(machine.url);
  } catch {
    return machine.name;
  }

  return url.protocol === 'http:' || url.protocol === 'https:' ? h('a', { href: url.href, rel: 'noreferrer', 'data-focus': `page ${machine.name}` }, machine.name) : machine.name;
}

function work(sectors) {
  if (sectors.length === 0) return h('p', { class: 'idle' }, t('machine.idle'));
  const several = new Set(store.state.sectors.map(sector => sector.sector.miner)).size > 1;
  return h('ul', { class: 'work' }, sectors.map(sector => h('li', null,
    h('a', { href: hashOf(sector.sector), 'data-focus': `at ${nameOf(sector.sector)}`, title: doing(sector) },
      badge(sector), several ? spoken(sector.sector) : String(sector.sector.number), h('span', { class: 'spoken' }, ` ${doing(sector)}`)))));
}

function meters(machine) {
  const list = [];
  if (machine.busy !== undefined) list.push(meter('machine.busy', machine.busy, percent(machine.busy)));
  if (machine.memory && machine.memory_available !== undefined) list.push(used('machine.memory', machine.memory, machine.memory_available));
  if (machine.disk && machine.disk_available !== undefined) list.push(used('machine.disk', machine.disk, machine.disk_available));
  if (machine.label_rate !== undefined && machine.label_rate_expected) {
    const share = machine.label_rate / machine.label_rate_expected;
    const slow = share < slowBelow;
    list.push(meter('machine.rate', share, t('machine.rate.of', { rate: rate(machine.label_rate, 'labels'), share: `${Math.round(share * 100)} %` }), slow ? 'bad' : 'good',
      slow ? t('machine.slow') : null));
  } else if (machine.label_rate !== undefined) {
    list.push(h('div', { class: 'meter' }, h('span', null, t('machine.rate')), h('span', { class: 'of' }, rate(machine.label_rate, 'labels'))));
  }

  return list.length > 0 ? h('div', { class: 'meters' }, list) : null;
}

function used(name, all, available) {
  const share = 1 - available / all;
  return meter(name, share, t('machine.used', { used: bytes(all - available), all: bytes(all) }), share > 0.95 ? 'bad' : '', share > 0.95 ? t('machine.full') : null);
}

function meter(name, share, text, kind = '', mark = null) {
  return h('div', { class: 'meter' }, h('span', null, t(name)), bar(share, `${t(name)}: ${text}`, kind), h('span', { class: 'of' }, text, mark ? h('span', { class: 'mark' }, mark) : null));
}
