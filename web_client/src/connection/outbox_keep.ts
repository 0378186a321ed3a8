import type { KeptOutgoing, OutboxKeep } from "./outbox";

const PREFIX = "huitang.outbox.";

/** Keeps entries for as long as the page lives. */
export function memoryKeep(): OutboxKeep {
  const kept = new Map<string, KeptOutgoing>();
  return {
    load: () => [...kept.values()],
    put: (entry) => void kept.set(entry.cid, structuredClone(entry)),
    remove: (cid) => void kept.delete(cid),
  };
}

/**
 * Keeps entries of one member in this browser, one key each, so that two pages never overwrite each other's.
 * A full or forbidden storage is no reason to refuse a message: then the entry lives as long as the page.
 */
export function storageKeep(storage: Storage, member: string): OutboxKeep {
  const prefix = `${PREFIX}${member}.`;
  return {
    load: () =>
      keysOf(storage, prefix).flatMap((key) => {
        const entry = read(storage.getItem(key) ?? "");
        if (entry === null) storage.removeItem(key);
        return entry ?? [];
      }),
    put: (entry) => {
      try {
        storage.setItem(prefix + entry.cid, JSON.stringify(entry));
      } catch {
        // See above.
      }
    },
    remove: (cid) => {
      storage.removeItem(prefix + cid);
    },
    watch: (other) => {
      // Browsers tell this event to all pages but the one that changed something.
      const heard = ({ storageArea, key, newValue }: StorageEvent): void => {
        if (storageArea !== storage || key === null || !key.startsWith(prefix)) return;
        const entry = newValue === null ? null : read(newValue);
        if (entry === null) other.release(key.slice(prefix.length));
        else other.adopt(entry);
      };
      addEventListener("storage", heard);
      return () => {
        removeEventListener("storage", heard);
      };
    },
  };
}

function read(text: string): KeptOutgoing | null {
  try {
    return JSON.parse(text) as KeptOutgoing;
  } catch {
    return null;
  }
}

/** Sign-out: nothing anybody wrote stays on the device. */
export function forgetKept(storage: Storage): void {
  for (const key of keysOf(storage, PREFIX)) storage.removeItem(key);
}

function keysOf(storage: Storage, prefix: string): string[] {
  const keys: string[] = [];
  for (let at = 0; at < storage.length; at += 1) {
    const key = storage.key(at);
    if (key?.startsWith(prefix)) keys.push(key);
  }
  return keys;
}
