import { openDB, type IDBPDatabase } from "idb";

/**
 * What this browser keeps of the member who is signed in, so that the client opens and reads without a network. One shelf of
 * named values; everything on it belongs to one member and is gone when somebody else signs in, and at every sign-out.
 * A browser without storage, or one whose storage is full, keeps nothing: every call then does as if the shelf were empty.
 */
export interface Device {
  /** From now on the shelf is this member's; what belonged to somebody else is removed. */
  claim(member: string): Promise<void>;
  get(key: string): Promise<unknown>;
  /** All values whose names begin with `prefix`; the prefix is cut off. */
  under(prefix: string): Promise<Map<string, unknown>>;
  /** All changes at one moment or none; undefined removes. Plain values only. */
  put(changes: ReadonlyMap<string, unknown>): Promise<void>;
  wipe(): Promise<void>;
}

const NAME = "huitang";
const SHELF = "kept";
const OWNER = "owner";

type Shelf = IDBPDatabase<unknown>;

export class BrowserDevice implements Device {
  private opened: Promise<Shelf | null> | null = null;
  private member: string | null = null;

  claim(member: string): Promise<void> {
    this.member = member;
    return this.quietly(undefined, async (shelf) => {
      const change = shelf.transaction(SHELF, "readwrite");
      if ((await change.store.get(OWNER)) !== member) {
        await change.store.clear();
        await change.store.put(member, OWNER);
      }
      await change.done;
    });
  }

  get(key: string): Promise<unknown> {
    return this.quietly<unknown>(undefined, (shelf) => shelf.get(SHELF, key));
  }

  under(prefix: string): Promise<Map<string, unknown>> {
    return this.quietly(new Map<string, unknown>(), async (shelf) => {
      const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const look = shelf.transaction(SHELF);
      const [keys, values] = await Promise.all([look.store.getAllKeys(range), look.store.getAll(range)]);
      return new Map(keys.map((key, at) => [String(key).slice(prefix.length), values[at] as unknown]));
    });
  }

  put(changes: ReadonlyMap<string, unknown>): Promise<void> {
    return this.quietly(undefined, async (shelf) => {
      const change = shelf.transaction(SHELF, "readwrite");
      // Signed out in another page meanwhile: what this page still holds must not come back.
      if (this.member !== null && (await change.store.get(OWNER)) === this.member) {
        for (const [key, value] of changes) await (value === undefined ? change.store.delete(key) : change.store.put(value, key));
      }
      await change.done;
    });
  }

  wipe(): Promise<void> {
    this.member = null;
    return this.quietly(undefined, (shelf) => shelf.clear(SHELF));
  }

  private async quietly<T>(otherwise: T, act: (shelf: Shelf) => Promise<T>): Promise<T> {
    try {
      const shelf = await this.open();
      return shelf === null ? otherwise : await act(shelf);
    } catch (fault) {
      // Better to keep nothing than half of it: the rest would be older than what could not be written.
      if (fault instanceof DOMException && fault.name === "QuotaExceededError") await this.empty();
      return otherwise;
    }
  }

  private async empty(): Promise<void> {
    const member = this.member;
    await this.wipe();
    if (member !== null) await this.claim(member);
  }

  private open(): Promise<Shelf | null> {
    this.opened ??= openDB(NAME, 1, {
      upgrade: (shelf) => {
        shelf.createObjectStore(SHELF);
      },
      terminated: () => (this.opened = null),
    }).catch(() => null);
    return this.opened;
  }
}

/** The device this page runs on. */
export const device: Device = new BrowserDevice();
