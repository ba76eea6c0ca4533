// What a person can do to a fleet. Every order needs the token, which is asked for once and kept for this tab only.

import { ask, worded } from './api.js';
import { byId, fill, h } from './dom.js';
import { clearPicked, picked } from './list.js';
import { links } from './parts.js';
import { kindOf, lookOf, nameOf, store } from './store.js';
import { t } from './words.js';

/** Whether there is anything to do. */
export const canAct = () => store.about.actions === true && store.state?.is_fleet === true;

/** Gives an order; asks for the token where there is none, or where it was not accepted; tells what came of it. */
export async function act(action, body) {
  for (let refused = false; ; refused = true) {
    if (!store.token && !(await askForToken(refused ? 'token.refused' : 'token.act'))) return false;
    try {
      const { changed } = await ask(`actions/${action}`, body);
      tell(t(action === 'drain' ? 'told.machines' : 'told.sectors', { n: changed }));
      return true;
    } catch (problem) {
      if (problem.status === 401) {
        store.token = null;
        continue;
      }

      tellProblem(problem);
      return false;
    }
  }
}

/** A dialog with a form; what `read` makes of it when it is confirmed, else null. */
function dialog(title, content, confirm, { read = () => true, dangerous = false, decline = 'cancel' } = {}) {
  return new Promise(resolve => {
    const form = h('form', { onsubmit: event => {
      event.preventDefault();
      const value = read(form);
      if (value === null) return;
      done = value;
      shown.close();
    } },
    h('h2', { id: 'ask-title' }, title), content,
    h('p', { class: 'buttons' },
      h('button', { type: 'button', class: 'quiet', autofocus: dangerous, onclick: () => shown.close() }, t(decline)),
      h('button', { type: 'submit', class: dangerous ? 'dangerous' : 'main' }, confirm)));
    const shown = h('dialog', { class: 'ask', 'aria-labelledby': 'ask-title', onclose: () => {
      shown.remove();
      resolve(done);
    } }, form);
    let done = null;
    document.body.append(shown);
    shown.showModal();
  });
}

/** Asks for the token and keeps it; false if nobody gives one. */
export async function askForToken(reason) {
  const given = await dialog(t('token.title'), [
    h('p', null, t(reason)),
    h('label', null, t('token.label'), h('input', { type: 'password', name: 'token', autocomplete: 'off', required: true, autofocus: true, spellcheck: 'false' })),
    h('p', { class: 'note' }, t('token.note')),
  ], t('token.give'), { read: form => form.elements.token.value.trim() || null });
  if (given === null) return false;
  store.token = given;
  return true;
}

const wire = names => names.map(name => store.byName.get(name)?.sector).filter(Boolean);

/** Takes sectors off the list, once somebody has said so twice. */
async function cancel(names) {
  const sectors = wire(names);
  const sure = await dialog(t('cancel.title', { n: sectors.length }), [h('p', null, links(sectors, 20)), h('p', null, t('cancel.text'))], t('cancel.do'), { dangerous: true, decline: 'cancel.leave' });
  return sure === null ? false : act('cancel', { sectors });
}

async function prefer(names) {
  const sectors = wire(names);
  const current = store.byName.get(names[0])?.priority ?? 0;
  const priority = await dialog(t('prefer.title', { n: sectors.length }), [
    h('p', null, t('prefer.text')),
    h('label', null, t('prefer.label'), h('input', { type: 'number', name: 'priority', value: current || 10, step: 1, min: 0, max: 1000, required: true, autofocus: true })),
  ], t('prefer.do'), { read: form => Number.parseInt(form.elements.priority.value, 10) });
  return priority === null ? false : act('prefer', { sectors, priority });
}

/** Has a machine, or all (null), finish what they have and take nothing new. */
export async function drain(machine) {
  const sure = await dialog(machine === null ? t('drain.title.all') : t('drain.title', { machine }), h('p', null, t('drain.text')), t('drain.do'));
  return sure === null ? false : act('drain', machine === null ? {} : { machine });
}

/** Buttons for some sectors: what is of use to at least one of them. */
function buttons(names, after = () => {}) {
  const sectors = names.map(name => store.byName.get(name)).filter(Boolean);
  const open = sectors.filter(sector => sector.stage !== 'done' && !sector.cancelled);
  const button = (action, of, run) => (of.length === 0 ? null : h('button', {
    type: 'button', 'data-focus': `do ${action}`, class: action === 'cancel' ? 'quiet danger' : 'quiet',
    onclick: async () => {
      if (await run(of.map(sector => nameOf(sector.sector)))) after();
    },
  }, t(`action.${action}`)));
  const order = action => of => act(action, { sectors: wire(of) });
  return [
    button('retry', sectors.filter(sector => kindOf(sector) === 'failed' || lookOf(sector) === 'cancelled' || lookOf(sector) === 'stopped'), order('retry')),
    button('prefer', open.filter(sector => kindOf(sector) !== 'failed'), prefer),
    button('pause', open.filter(sector => !sector.paused && kindOf(sector) !== 'failed'), order('pause')),
    button('resume', open.filter(sector => sector.paused), order('resume')),
    button('cancel', open, cancel),
  ];
}

/** The row of buttons in the panel of a sector; null where nothing can be done. */
export const sectorActions = sector => (canAct() ? h('div', { class: 'buttons', role: 'group', 'aria-label': t('actions.label') }, buttons([nameOf(sector.sector)])) : null);

/** The row of buttons above the list, for the sectors that are ticked there. */
export function renderBulk(isList) {
  const bulk = byId('bulk');
  bulk.hidden = !canAct() || !isList;
  if (bulk.hidden) return;
  const names = [...picked].filter(name => store.byName.has(name));
  const held = document.activeElement?.dataset?.focus;
  fill(bulk, h('span', null, names.length === 0 ? t('bulk.none') : t('bulk.count', { n: names.length })), names.length === 0 ? null : buttons(names, () => {
    clearPicked();
    renderBulk(isList);
  }));
  if (held && bulk.querySelector(`[data-focus="${CSS.escape(held)}"]`)) bulk.querySelector(`[data-focus="${CSS.escape(held)}"]`).focus();
}

/** Says something for a few seconds. */
export function tell(text) {
  const said = h('p', null, text);
  topmost(byId('told'));
  byId('told').append(said);
  setTimeout(() => said.remove(), 6_000);
}

/** Says what went wrong, until somebody has read it. */
export function tellProblem(problem) {
  const [text, hint] = worded(problem);
  const said = h('div', null, h('p', null, h('strong', null, text)), hint ? h('p', null, hint) : null,
    h('button', { type: 'button', class: 'quiet sign', 'aria-label': t('close'), onclick: () => said.remove() }, '×'));
  topmost(byId('errors'));
  byId('errors').replaceChildren(said);
}

/** What is said must be seen and reached above an open dialog, too: it stands in the one on top, or in the page. */
export function topmost(box) {
  const host = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
  if (box.parentElement !== host) host.append(box);
}
