// The whole: how many are back, when all will be, what it costs, what is due next.

import { count, fil, percent } from './format.js';
import { byId, fill, h } from './dom.js';
import { moment } from './parts.js';
import { kindOf, store } from './store.js';
import { t } from './words.js';

const kinds = ['done', 'working', 'waiting', 'failed', 'aside'];

/** Sectors by kind. */
export function tally(sectors) {
  const counts = Object.fromEntries(kinds.map(kind => [kind, 0]));
  for (const sector of sectors) counts[kindOf(sector)]++;
  return counts;
}

/** Shows it anew; it is small. */
export function renderWhole() {
  const { state } = store;
  const counts = tally(state.sectors);
  fill(byId('whole-body'), h('div', { class: 'standing' }, standing(state, counts)), h('dl', { class: 'figures' }, figures(state)));
}

function standing(state, counts) {
  const all = state.sectors.length;
  const shown = kinds.filter(kind => counts[kind] > 0);
  const words = shown.map(kind => t(`kind.${kind}.count`, { n: counts[kind] }));
  const segments = h('div', { class: 'segments', role: 'img', 'aria-label': words.join(', ') }, shown.map(kind => {
    const segment = h('span', { class: 'segment', 'data-kind': kind });
    segment.style.flexGrow = counts[kind];
    return segment;
  }));
  return [
    h('p', { class: 'back' }, h('strong', null, count(counts.done)), ' ', h('span', null, t('whole.back', { n: all, all: count(all) }))),
    segments,
    h('ul', { class: 'legend' }, shown.map(kind => h('li', { 'data-kind': kind }, h('span', { class: 'dot', 'aria-hidden': 'true' }), t(`kind.${kind}.count`, { n: counts[kind] })))),
    runLine(state),
  ];
}

function runLine(state) {
  const { run } = state;
  const what = run.command ?? (state.is_fleet ? t('fleet') : null);
  return h('p', { class: 'run' },
    what ? h('span', null, what) : null,
    run.started ? h('span', null, t('run.since'), ' ', moment(run.started, { beside: true })) : null,
    run.ended ? h('span', { class: 'ended' }, t('run.ended'), ' ', moment(run.ended, { beside: true })) : null,
    run.exit_code !== undefined ? h('span', { class: run.exit_code === 0 ? '' : 'bad' }, t('exit', { code: run.exit_code }), exitMeaning(run.exit_code)) : null,
    run.fraction !== undefined && !run.ended ? h('span', null, t('run.fraction', { share: percent(run.fraction) })) : null);
}

/** ": what it means", where there is a word for it. */
export function exitMeaning(code) {
  const meaning = t(`exit.${code}`);
  return meaning === `exit.${code}` ? '' : `${t('colon')}${meaning}`;
}

function figures(state) {
  const { run } = state;
  const open = state.sectors.filter(sector => !['done', 'aside'].includes(kindOf(sector)));
  const late = open.filter(sector => sector.late).length;
  return [
    figure('figure.done', open.length === 0 && state.sectors.length > 0
      ? [t('figure.done.all')]
      : run.done_at && !run.ended ? whenBoth(run.done_at) : [t('unknown')],
    run.done_at && open.length > 0 && late > 0 ? [t('figure.late', { n: late })] : null, late > 0 ? 'bad' : ''),
    figure('figure.lost', [run.lost_per_day !== undefined ? h('span', { title: `${run.lost_per_day} attoFIL` }, fil(run.lost_per_day)) : t('unknown')],
      run.lost_per_day !== undefined ? [t('figure.lost.note')] : null),
    figure('figure.saved', [run.saved_per_day !== undefined ? h('span', { title: `${run.saved_per_day} attoFIL` }, t('figure.saved.day', { fil: fil(run.saved_per_day) })) : t('unknown')],
      run.saved_terminations !== undefined && run.saved_terminations !== '0'
        ? [h('span', { title: `${run.saved_terminations} attoFIL` }, t('figure.saved.terminations', { fil: fil(run.saved_terminations) }))] : null),
    nextDue(state, open),
  ];
}

function nextDue(state, open) {
  const { run } = state;
  if (!run.next_due) return figure('figure.due', [t('figure.due.none')], null);
  const at = Date.parse(run.next_due);
  const meant = open.filter(sector => sector.due && Date.parse(sector.due) === at);
  const late = meant.filter(sector => sector.late).length;
  const deadlines = [...new Set(meant.map(sector => sector.deadline).filter(deadline => deadline !== undefined))];
  return figure('figure.due', whenBoth(run.next_due), [
    [deadlines.length === 1 ? t('deadline.named', { deadline: deadlines[0] }) : null, t('sectors.count', { n: meant.length }),
      late > 0 ? t('figure.due.late', { n: late }) : meant.length > 0 ? t('figure.due.ontime') : null].filter(Boolean).join(' · '),
  ], late > 0 ? 'bad' : '');
}

const whenBoth = instant => [moment(instant, { beside: true })];

function figure(name, value, note, kind = '') {
  return h('div', { class: `figure ${kind}` }, h('dt', null, t(name)), h('dd', null, value), note ? h('dd', { class: 'note' }, note) : null);
}

/** What the tab of the browser says. */
export function title() {
  const { state, link } = store;
  if (state === null) return 'sealer-recover';
  const counts = tally(state.sectors);
  const urgent = state.concerns.filter(concern => concern.level === 'urgent').length;
  return `${link.kind === 'live' ? '' : '⚠ '}${counts.done}/${state.sectors.length}${urgent > 0 ? ` · ${urgent} !` : ''} · sealer-recover`;
}

/** The words under everything. */
export function renderFoot() {
  const { state } = store;
  fill(byId('foot'), t('foot', { version: state.version }), ' · ', t('foot.zone', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone }));
}
