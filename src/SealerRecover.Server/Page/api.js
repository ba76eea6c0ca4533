// Questions and orders to the server. Addresses are relative, so that the page works behind a path of a proxy, too.

import { store } from './store.js';
import { t } from './words.js';

/** What the server answered instead of doing what was asked: a status (0: nothing came), a sentence, and what to do. */
export class Problem extends Error {
  constructor({ status, text, hint }) {
    super(text);
    this.status = status;
    this.hint = hint ?? null;
  }
}

/** Headers with the token, where there is one. It is never in an address or a cookie. */
export function headers(others = {}) {
  return store.token ? { ...others, Authorization: `Bearer ${store.token}` } : others;
}

/** {status, text, hint} of an answer that is none. */
export async function problemOf(response) {
  let said = null;
  try {
    said = await response.json();
  } catch {
    // Not from the program, but from something between: the status has to do.
  }

  const text = typeof said?.text === 'string' ? said.text : t('error.status', { status: response.status });
  return { status: response.status, text, hint: typeof said?.hint === 'string' ? said.hint : null };
}

/** GET, or POST where there is a body: the JSON of the answer. */
export async function ask(path, body) {
  let response;
  try {
    response = body === undefined
      ? await fetch(`api/${path}`, { headers: headers(), cache: 'no-store' })
      : await fetch(`api/${path}`, { method: 'POST', headers: headers({ 'Content-Type': 'application/json' }), body: JSON.stringify(body), cache: 'no-store' });
  } catch {
    throw new Problem({ status: 0, text: t('error.unreachable'), hint: t('error.unreachable.hint') });
  }

  if (!response.ok) throw new Problem(await problemOf(response));
  return response.json();
}
