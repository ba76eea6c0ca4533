// Looks at storage paths that were asked for: how far each is, and what it found.

import { byId, fill, h, setText } from './dom.js';
import { bar, badge, moment } from './parts.js';
import { spoken, store } from './store.js';
import { has, t } from './words.js';

let shown = '';

/** Shows them where they differ, so that what somebody has unfolded stays so. */
export function renderChecks({ force = false } = {}) {
  const checks = store.state.checks ?? [];
  byId('checks').hidden = checks.length === 0;
  const now = JSON.stringify(checks);
  if (now === shown && !force) return;
  shown = now;
  setText(byId('checks-count'), String(checks.length));
  const open = new Set([...document.querySelectorAll('#checks details[open]')].map(details => details.dataset.check));
  const held = document.activeElement?.dataset?.focus;
  fill(byId('checks-body'), checks.map((check, i) => one(check, String(i), open)));
  if (held?.startsWith('check ')) byId('checks').querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus();
}

function one(check, name, open) {
  const working = check.stage === 'checking';
  const found = [
    check.total > 0 ? t('check.seen', { done: check.done, total: check.total }) : null,
    check.good > 0 ? t('check.good', { n: check.good }) : null,
    check.absent > 0 ? t('check.absent', { n: check.absent }) : null,
  ].filter(Boolean).join(' · ');
  return h('li', { class: 'check', 'data-look': check.stage },
    h('p', { class: 'stating' }, badge(check), h('code', null, check.place), h('span', { class: 'pill' }, has(`of.${check.kind}`) ? t(`of.${check.kind}`) : check.kind),
      h('span', { class: 'where' }, [
        check.deadline !== undefined ? t('deadline.named', { deadline: check.deadline }) : null,
        check.partition !== undefined ? t('partition.named', { partition: check.partition }) : null,
        check.quick ? t('check.quick') : null,
        check.deep ? t('check.deep') : null,
        check.sample !== undefined ? t('check.sample', { n: check.sample }) : null,
        check.machine ? t('on.machine', { machine: check.machine }) : null,
      ].filter(Boolean).join(' · ')),
      check.since ? moment(check.since) : null),
    working && check.total > 0 ? bar(check.done / check.total, found) : null,
    found ? h('p', { class: 'found' }, found) : null,
    check.message ? h('p', { class: 'bad', lang: 'en' }, check.message) : null,
    check.damaged.length > 0 ? h('details', { 'data-check': name, open: open.has(name) },
      h('summary', { 'data-focus': `check ${name}` }, t('check.damaged', { n: check.damaged.length })),
      h('dl', { class: 'damaged' }, check.damaged.map(one => h('div', null, h('dt', null, spoken(one.sector)), h('dd', { lang: 'en' }, one.text))))) : null);
}
