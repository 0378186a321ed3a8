import type { Position } from "../protocol/wire";
import type { Device } from "./device";

/** How the reader of a topic has its state kept on the device. */
export interface Keeping {
  /** Counts up when the shape of what is saved changes; what was kept in another form is not read. */
  readonly form: number;
  /** Values that are replaced whenever the state changes; null while there is nothing to keep. */
  marks(): readonly unknown[] | null;
  /** The state as plain values, small enough to be written often. */
  save(): unknown;
  /** Start from what `save` gave; it includes everything up to entry `seq`. */
  restore(state: unknown, seq: number): void;
}

/** A topic as it was kept: a state and the place in the log that it is right for. */
export interface KeptTopic extends Position {
  form: number;
  state: unknown;
  /** Device time of keeping, milliseconds since the epoch. */
  keptAtMs: number;
}

export interface TopicShelf {
  /** What was kept of a topic when the page opened; each is given out once. */
  take(topic: string, form: number): KeptTopic | null;
  /** Keep these (null: forget) as they stand at one moment. */
  put(changes: ReadonlyMap<string, KeptTopic | null>): void;
}

export const NO_SHELF: TopicShelf = { take: () => null, put: () => undefined };

/** A device that lay in a drawer so long has nothing to tell any more. */
const KEEP_MS = 30 * 24 * 3_600_000;

const PREFIX = "topic/";

/** The shelf of the member who has claimed the device. */
export async function openShelf(device: Device, nowMs: number): Promise<TopicShelf> {
  const kept = (await device.under(PREFIX)) as Map<string, KeptTopic>;
  return {
    take: (topic, form) => {
      const found = kept.get(topic);
      kept.delete(topic);
      return found !== undefined && found.form === form && nowMs - found.keptAtMs <= KEEP_MS ? found : null;
    },
    put: (changes) => void device.put(new Map([...changes].map(([topic, state]) => [PREFIX + topic, state ?? undefined]))),
  };
}
