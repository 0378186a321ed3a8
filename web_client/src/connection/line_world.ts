import type { RelayWorld } from "./line_relay";

/** The part of the browser's BroadcastChannel that is used. */
export interface ChannelLike {
  onmessage: ((event: { data: unknown }) => void) | null;
  postMessage(note: unknown): void;
  close(): void;
}

/** The part of `navigator.locks` that is used; the lock is held until the promise of `held` settles. */
export interface LocksLike {
  request(name: string, options: { signal?: AbortSignal; steal?: boolean }, held: () => Promise<void>): Promise<unknown>;
}

export interface LineWorld extends RelayWorld {
  /** Null in browsers that lack one of them: then every page has a line of its own. */
  meeting: { locks: LocksLike; channel: (name: string) => ChannelLike } | null;
  /** Somebody looks at this page. */
  visible: () => boolean;
  /** Name of this page, unique. */
  page: string;
}
