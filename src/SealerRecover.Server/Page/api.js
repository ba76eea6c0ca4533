// Questions and orders to the server. Addresses are relative, so that the page works behind a path of a proxy, too.

import { store } from './store.js';
import { h } from './dom.js';
import { has, t } from './words.js';

/** What the server answered instead of doing what was asked: a status (0: nothing came), a sentence and what to do, or the code of what it always refuses. */
export class Problem extends Error {
  constructor({ status, text, hint, code }) {
    super(text);
    this.status = status;
    this.text = text;
    this.hint = hint ?? null;
    this.code = code ?? null;
  }
}

/** [sentence, what to do]: what the server always refuses, and what this page itself says, in the reader's language; what a failure says in its own, English. */
export function worded({ text, hint, code }) {
  const known = code && has(`refusal.${code}`);
  const own = known || code === 'page';
  const said = known ? [t(`refusal.${code}`), has(`refusal.${code}.hint`) ? t(`refusal.${code}.hint`) : null] : [text, hint];
  return said.map(one => (one ? h('span', { lang: own ? null : 'en' }, one) : null));
}

/** Headers with the token, where there is one. It is never in an address or a cookie. */
export function headers(others = {}) {
  return store.token ? { ...others, Authorization: `Bearer ${store.token}` } : others;
}

/** {status, text, hint, code} of an answer that is none. */
export async function problemOf(response) {
  let said = null;
  try {
    said = await response.json();
  } catch {
    // Not from the program, but from something between: the status has to do.
  }

  if (typeof said?.text !== 'string') return { status: response.status, text: t('error.status', { status: response.status }), hint: null, code: 'page' };
  return { status: response.status, text: said.text, hint: typeof said.hint === 'string' ? said.hint : null, code: typeof said.code === 'string' ? said.code : null };
}

/** GET, or POST where there is a body: the JSON of the answer. */
export async function ask(path, body) {
  let response;
  try {
    response = body === undefined
      ? await fetch(`api/${path}`, { headers: headers(), cache: 'no-store' })
      : await fetch(`api/${path}`, { method: 'POST', headers: headers({ 'Content-Type': 'application/json' }), body: JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Problem({ status: 0, text: t('error.unreachable'), hint: t('error.unreachable.hint'), code: 'page' });
  }

  if (!response.ok) throw new Problem(await problemOf(response));
  return response.json();
}
