// The locks of a star: what is placed in browsers runs in the tab that has its lock. They end with the page.

/** Locks that are held or waited for, by ticket. */
export class Locks {
  readonly #ends = new Map<number, () => void>();

  /** Waits for a lock for as long as it takes; whether this page can have any. */
  hold(ticket: number, name: string, granted: () => void): boolean {
    const locks = globalThis.navigator?.locks;
    if (locks === undefined) return false;
    const gone = new AbortController();
    this.#ends.set(ticket, () => gone.abort());
    const held = (): Promise<void> =>
      new Promise((release) => {
        if (gone.signal.aborted) return release();
        this.#ends.set(ticket, release);
        granted();
      });
    locks.request(name, { signal: gone.signal }, held).catch(() => undefined);
    return true;
  }

  /** Lets go of a lock, or waits for it no longer. */
  letGo(ticket: number): void {
    const end = this.#ends.get(ticket);
    this.#ends.delete(ticket);
    end?.();
  }

  /** Lets go of all. */
  end(): void {
    for (const ticket of [...this.#ends.keys()]) this.letGo(ticket);
  }
}
