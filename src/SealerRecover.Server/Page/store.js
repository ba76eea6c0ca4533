// What is known now: the state of the site, what about it allows, when it was heard, and whom to tell when that changes.

const keptToken = 'sealer-recover.token';

/** Emits 'site' (everything may differ), 'change' (detail: names of sectors), 'about', 'link', 'trouble', 'token'. */
class Store extends EventTarget {
  /** The state as the server tells it; null before the first. */
  state = null;

  /** What this reader may do. */
  about = { actions: false, token_needed: false, version: '' };

  /** How the stream is: connecting, live, broken (since), token (one is needed). */
  link = { kind: 'connecting', since: Date.now(), retryAt: null };

  /** {text, hint} where the site cannot be read now. */
  trouble = null;

  /** When the last byte came, by this clock. */
  heardAt = 0;

  /** What has to be added to this clock to have the server's: this one may be wrong. */
  #ahead = 0;

  /** Sectors by name. */
  byName = new Map();

  machines = new Map();

  /** Now, by the server's clock. */
  now() {
    return Date.now() + this.#ahead;
  }

  get token() {
    return sessionStorage.getItem(keptToken);
  }

  set token(value) {
    if (value) sessionStorage.setItem(keptToken, value);
    else sessionStorage.removeItem(keptToken);
    this.#tell('token');
  }

  setAbout(about) {
    this.about = about;
    this.#tell('about');
  }

  setLink(link) {
    this.link = { retryAt: null, ...link };
    this.#tell('link');
  }

  setTrouble(trouble) {
    this.trouble = trouble;
    this.#tell('trouble');
  }

  /** A whole state. */
  takeSite(state) {
    this.#take(state);
    this.byName = new Map(state.sectors.map(sector => [nameOf(sector.sector), sector]));
    this.#tell('site');
  }

  /** A state with only the sectors that changed or are new. */
  takeChange(change) {
    if (this.state === null) return this.takeSite(change);
    const names = change.sectors.map(sector => nameOf(sector.sector));
    const silent = this.#silent();
    change.sectors.forEach((sector, i) => this.byName.set(names[i], sector));
    this.#take({ ...change, sectors: [...this.byName.values()] });

    // Sectors look different when the machine that has them is no longer heard, though nothing of theirs changed.
    if (this.#silent() === silent) this.#tell('change', names);
    else this.#tell('site');
  }

  #silent() {
    return [...this.machines.values()].filter(machine => !machine.alive).map(machine => machine.name).join('\n');
  }

  #take(state) {
    this.state = state;
    this.#ahead = Date.parse(state.at) - Date.now();
    this.machines = new Map((state.machines ?? []).map(machine => [machine.name, machine]));
    if (this.trouble) this.setTrouble(null);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** The one there is. */
export const store = new Store();

/** "f01000/7": how this page calls a sector. */
export const nameOf = sector => `${sector.miner}/${sector.number}`;

/** As people say it. */
export const spoken = sector => `${sector.miner} ${sector.number}`;

/** Where a sector's own page is. */
export const hashOf = sector => `#/${sector.miner}/${sector.number}`;

const working = new Set(['checking', 'preparing', 'labelling', 'trees', 'unsealing', 'installing']);

/** How a sector looks: its stage, or why nobody takes it: paused, cancelled. */
export function lookOf(sector) {
  if (sector.stage === 'done') return 'done';
  if (sector.cancelled) return 'cancelled';
  if (sector.paused && sector.stage === 'queued') return 'paused';
  return sector.stage;
}

/** Of the five kinds that the bar and the filters count: done, working, waiting, failed, aside. */
export function kindOf(sector) {
  const look = lookOf(sector);
  if (look === 'done' || look === 'failed') return look;
  if (working.has(look)) return 'working';
  return look === 'queued' ? 'waiting' : 'aside';
}

/** Whether the machine that has it is not heard. */
export function isOrphan(sector) {
  if (!sector.machine || kindOf(sector) !== 'working') return false;
  const machine = store.machines.get(sector.machine);
  return machine !== undefined && !machine.alive;
}

/** Of its phase, all steps together, 0 to 1; null where nobody told. */
export function shareOf(sector) {
  if (sector.stage === 'done') return 1;
  if (kindOf(sector) !== 'working' || sector.fraction === undefined) return null;
  return sector.steps > 1 ? ((sector.step ?? 1) - 1 + sector.fraction) / sector.steps : sector.fraction;
}
