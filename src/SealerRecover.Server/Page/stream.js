// The event stream, read with fetch, which can send a token where EventSource cannot.

import { headers, problemOf } from './api.js';
import { store } from './store.js';

/** The server says something at least every ten seconds; after this many milliseconds of silence the connection counts as dead. */
const deadAfter = 25_000;
const pauses = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Takes text as it comes and hands over whole events: (type, data). */
export class EventParser {
  #rest = '';
  #type = '';
  #data = [];

  constructor(onEvent) {
    this.onEvent = onEvent;
  }

  push(text) {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#line(line);
  }

  #line(line) {
    if (line === '') {
      if (this.#data.length > 0) this.onEvent(this.#type || 'message', this.#data.join('\n'));
      this.#type = '';
      this.#data = [];
      return;
    }

    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#type = value;
    if (field === 'data') this.#data.push(value);
  }
}

/** Reads for ever, and says through the store how the connection is. */
export class Stream {
  #failed = 0;
  #brokenSince = null;
  #wake = null;
  #abort = null;

  /** Does not end. */
  async run() {
    for (;;) {
      const problem = await this.#once();
      const since = (this.#brokenSince ??= store.heardAt || Date.now());
      if (problem.status === 401) {
        store.setLink({ kind: 'token', since });
        await this.#pause(null);
        continue;
      }

      const pause = pauses[Math.min(this.#failed++, pauses.length - 1)];
      store.setLink({ kind: 'broken', since, retryAt: Date.now() + pause, problem: problem.status ? problem : null });
      await this.#pause(pause);
    }
  }

  /** Does not wait any longer before the next attempt. */
  retry() {
    this.#wake?.();
  }

  /** Drops the connection, if there is one, and makes a new one: a token has changed. */
  renew() {
    this.#abort?.abort();
    this.retry();
  }

  #pause(milliseconds) {
    return new Promise(resolve => {
      const timer = milliseconds === null ? 0 : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #once() {
    const abort = (this.#abort = new AbortController());
    let watchdog = setTimeout(() => abort.abort(), deadAfter);
    try {
      const response = await fetch('api/events', { headers: headers({ Accept: 'text/event-stream' }), cache: 'no-store', signal: abort.signal });
      if (!response.ok) return await problemOf(response);
      const parser = new EventParser((type, data) => this.#take(type, data));
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return { status: 0 };
        store.heardAt = Date.now();
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), deadAfter);
        parser.push(value);
      }
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(watchdog);
      abort.abort();
    }
  }

  #take(type, data) {
    const value = JSON.parse(data);
    if (type === 'trouble') {
      store.setTrouble(value);
    } else if (type === 'site') {
      store.takeSite(value);
    } else if (type === 'change') {
      store.takeChange(value);
    } else {
      return;
    }

    this.#failed = 0;
    this.#brokenSince = null;
    if (store.link.kind !== 'live') store.setLink({ kind: 'live', since: Date.now() });
  }
}
