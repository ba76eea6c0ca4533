// The page: takes what the stream tells, and has each view show it.

import { askForToken, canAct, drain, renderBulk, sectorActions, topmost } from './actions.js';
import { ask, worded } from './api.js';
import { renderChecks } from './checks.js';
import { renderConcerns } from './concerns.js';
import { byId, fill, h, setText, whenReleased } from './dom.js';
import { clock, count, duration } from './format.js';
import { applyListFilter, renderList } from './list.js';
import { renderMachines } from './machines.js';
import { applyFilter, focusCell, renderMap } from './map.js';
import { tick } from './parts.js';
import { closeSector, openSector, render as renderSector, setUpSector, updateSector } from './sector.js';
import { isOrphan, kindOf, nameOf, store } from './store.js';
import { Stream } from './stream.js';
import { renderFoot, renderWhole, tally, title } from './whole.js';
import { currentLanguage, setLanguage, t, wordMarkup } from './words.js';

const keptTheme = 'sealer-recover.theme';
const keptView = 'sealer-recover.view';
const stream = new Stream();
let view = localStorage.getItem(keptView) === 'list' ? 'list' : 'map';
let kind = 'all';

/** The filters beside the kinds of the bar. */
const filters = {
  all: () => true,
  done: sector => kindOf(sector) === 'done',
  working: sector => kindOf(sector) === 'working',
  waiting: sector => kindOf(sector) === 'waiting',
  failed: sector => kindOf(sector) === 'failed',
  aside: sector => kindOf(sector) === 'aside',
  late: sector => sector.late && sector.stage !== 'done',
  orphan: isOrphan,
};

/** Whether a sector is what filter and search ask for. */
function isShown(sector) {
  if (!filters[kind](sector)) return false;
  const words = byId('search').value.trim().toLowerCase().split(/[\s,]+/).filter(Boolean);
  const number = String(sector.sector.number);
  const texts = [sector.sector.miner, sector.machine, sector.kind, sector.phase, sector.message].filter(Boolean).map(text => text.toLowerCase());
  const isNumber = word => /^\d+$/.test(word);
  const isRange = word => /^\d+-\d+$/.test(word);
  const within = word => {
    const [from, to] = word.split('-').map(Number);
    return sector.sector.number >= from && sector.sector.number <= to;
  };

  // Several numbers or ranges are a choice, as for the command; other words have to be found, all of them.
  const numbers = words.filter(word => isNumber(word) || isRange(word));
  return (numbers.length === 0 || numbers.some(word => (isRange(word) ? within(word) : number === word || (numbers.length === 1 && number.startsWith(word)))))
    && words.filter(word => !numbers.includes(word)).every(word => texts.some(text => text.includes(word)));
}

let changedMeanwhile = [];

/** Shows a change; while a button is pressed, all changes since then together, afterwards. */
function show(changed) {
  changedMeanwhile = changed === null || changedMeanwhile === null ? null : [...new Set([...changedMeanwhile, ...changed])];
  whenReleased('page', () => {
    const all = changedMeanwhile;
    changedMeanwhile = [];
    render(all);
  });
}

function render(changed, { force = false } = {}) {
  if (store.state === null) return;
  byId('waiting').hidden = true;
  byId('content').hidden = false;
  setText(byId('source'), store.state.source);
  setText(byId('sectors-count'), count(store.state.sectors.length));
  renderWhole();
  renderConcerns({ force });
  renderFilters(force);
  renderSectors(changed, force);
  renderMachines({ drain: canAct() ? drain : null });
  renderChecks({ force });
  renderFoot();
  updateSector(changed);
  document.title = title();
}

function renderSectors(changed, force = false) {
  byId('map').hidden = byId('map-key').hidden = view !== 'map';
  byId('halves').dataset.view = view;
  byId('list').hidden = view !== 'list';
  if (view === 'map') {
    renderMap(changed, isShown, { force });
  } else {
    byId('map-line').hidden = true;
    renderList(changed, isShown, { force, canChoose: canAct(), onPick: () => renderBulk(true) });
  }

  renderBulk(view === 'list');
  byId('view-map').setAttribute('aria-pressed', view === 'map');
  byId('view-list').setAttribute('aria-pressed', view === 'list');
  showNothing();
}

/** Says so where no sector is shown. */
function showNothing() {
  const { sectors } = store.state;
  byId('nothing').hidden = sectors.some(isShown);
  setText(byId('nothing'), t(sectors.length === 0 ? 'sectors.none' : 'search.nothing'));
}

let filtersShown = '';

function renderFilters(force) {
  const { sectors } = store.state;
  const numbers = Object.entries(filters).map(([name, test]) => [name, sectors.filter(test).length]);
  const now = numbers.join() + kind;
  if (now === filtersShown && !force) return;
  filtersShown = now;
  if (kind !== 'all' && numbers.find(([name]) => name === kind)[1] === 0) kind = 'all';
  const held = document.activeElement?.dataset?.focus;
  fill(byId('filters'), numbers.filter(([name, n]) => n > 0 || name === 'all').map(([name, n]) => h('button', {
    type: 'button', 'data-kind': name, 'data-focus': `filter ${name}`, 'aria-pressed': String(kind === name), onclick: () => {
      kind = kind === name ? 'all' : name;
      renderFilters(true);
      filter();
    },
  }, t(`filter.${name}`), ' ', h('span', { class: 'count' }, count(n)))));
  if (held?.startsWith('filter ')) byId('filters').querySelector(`[data-focus="${CSS.escape(held)}"]`)?.focus();
}

function filter() {
  if (store.state === null) return;
  if (view === 'map') applyFilter(isShown);
  else applyListFilter(isShown);
  showNothing();
}

/** The connection, and what stands above everything: not connected, cannot be read, a token is needed. */
function renderLink() {
  const { link, trouble } = store;
  byId('link').dataset.link = link.kind === 'live' && trouble ? 'trouble' : link.kind;
  document.body.classList.toggle('old', link.kind !== 'live' || trouble !== null);
  const banners = [];
  if (link.kind === 'broken') {
    const [text, hint] = link.problem ? worded(link.problem) : [];
    banners.push(h('div', { class: 'banner', role: 'alert' }, h('p', null, h('strong', null, t(link.since ? 'link.broken' : 'link.never', { at: clock(link.since) })), ' ', h('span', { id: 'broken-for' })),
      text ? h('p', null, text, ' ', hint) : null,
      h('button', { type: 'button', 'data-focus': 'retry', onclick: () => stream.retry() }, t('link.retry'))));
  } else if (link.kind === 'token') {
    banners.push(h('div', { class: 'banner', role: 'alert' }, h('p', null, h('strong', null, t(store.token ? 'token.refused' : 'token.read'))),
      h('button', { type: 'button', onclick: readWithToken }, t('token.give'))));
  }

  if (trouble) banners.push(h('div', { class: 'banner', role: 'alert' }, h('p', null, h('strong', null, t('trouble')), ' ', h('span', { lang: 'en' }, trouble.text)), trouble.hint ? h('p', { lang: 'en' }, trouble.hint) : null));
  fill(byId('banners'), banners);
  if (link.kind !== 'live' && link.kind !== 'connecting' && store.state === null) byId('waiting').hidden = true;
  renderClock();
  document.title = title();
}

async function readWithToken() {
  await askForToken('token.read');
}

function renderClock() {
  const { link } = store;
  const now = Date.now();
  const said = link.kind === 'live' ? t('link.live', { time: duration((now - store.heardAt) / 1000) })
    : link.kind === 'broken' ? t('link.broken', { at: clock(link.since) })
      : t(`link.${link.kind}`);
  setText(byId('link-text'), said);
  const broken = byId('broken-for');
  if (broken) setText(broken, t('link.again', { time: duration((now - link.since) / 1000), next: duration(Math.max(0, (link.retryAt ?? now) - now) / 1000) }));
  tick();
}

let spokenOf = null;

/** Says what those who do not look at the page want to hear: sectors that failed, and now and then how many are back. */
function speak() {
  const failed = new Set(store.state.sectors.filter(sector => kindOf(sector) === 'failed').map(sector => nameOf(sector.sector)));
  const { done } = tally(store.state.sectors);
  const now = performance.now();
  if (spokenOf !== null) {
    const fresh = [...failed].filter(name => !spokenOf.failed.has(name));
    const said = [];
    if (fresh.length > 0) said.push(t('spoken.failed', { n: fresh.length, names: fresh.slice(0, 3).join(t('comma')) }));
    if (done !== spokenOf.done && now - spokenOf.at > 20_000) said.push(t('spoken.done', { n: done, all: store.state.sectors.length }));
    if (said.length === 0) {
      spokenOf.failed = failed;
      return;
    }

    setText(byId('spoken'), said.join(' '));
  }

  spokenOf = { failed, done, at: now };
}

function route() {
  const [, miner, number] = /^#\/([ft]\d+)\/(\d+)$/.exec(location.hash) ?? [];
  if (miner) openSector(`${miner}/${number}`);
  else closeSector();
}

function showTheme(theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  byId('theme').value = theme;
}

function showWords() {
  wordMarkup();
  setText(byId('language'), currentLanguage() === 'en' ? '中文' : 'English');
  byId('language').lang = currentLanguage() === 'en' ? 'zh' : 'en';
  render(null, { force: true });
  renderSector();
  renderLink();
}

async function learnAbout() {
  try {
    store.setAbout(await ask('about'));
  } catch {
    // The stream says what is wrong; what may be done is asked again when it is back.
  }
}

function setUp() {
  showTheme(localStorage.getItem(keptTheme) ?? 'auto');
  byId('theme').addEventListener('change', event => {
    localStorage.setItem(keptTheme, event.target.value);
    showTheme(event.target.value);
  });
  byId('language').addEventListener('click', () => {
    setLanguage(currentLanguage() === 'en' ? 'zh' : 'en');
    showWords();
  });
  for (const name of ['map', 'list']) {
    byId(`view-${name}`).addEventListener('click', () => {
      view = name;
      localStorage.setItem(keptView, name);
      if (store.state !== null) renderSectors(null);
    });
  }

  byId('search').addEventListener('input', filter);
  byId('forget').addEventListener('click', () => {
    store.token = null;
  });
  setUpSector({ actions: sectorActions, closed: was => {
    for (const box of ['told', 'errors']) topmost(byId(box));
    if (location.hash.startsWith('#/')) history.replaceState(null, '', location.pathname + location.search);
    if (view === 'map' && was !== null) focusCell(was);
  } });

  store.addEventListener('site', () => {
    show(null);
    speak();
  });
  store.addEventListener('change', ({ detail }) => {
    show(detail);
    speak();
  });
  store.addEventListener('link', () => {
    if (store.link.kind === 'live') learnAbout();
    renderLink();
  });
  store.addEventListener('trouble', renderLink);
  store.addEventListener('about', () => {
    show(null);
  });
  store.addEventListener('token', () => {
    byId('forget').hidden = !store.token;
    learnAbout();
    if (store.link.kind !== 'live' || store.about.token_needed) stream.renew();
  });

  addEventListener('hashchange', route);
  addEventListener('online', () => stream.retry());
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && store.link.kind === 'broken') stream.retry();
  });
  byId('forget').hidden = !store.token;
  showWords();
  route();
  setInterval(renderClock, 1_000);
  learnAbout();
  stream.run();
}

setUp();
