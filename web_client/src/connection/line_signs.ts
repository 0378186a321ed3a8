import { ServerClock } from "./clock";
import { isRecord, type Frame, type Place } from "./line_topics";

/** The line is in doubt when it owes a sign of life for so long; pages give it up after 8 s of their own. */
export const DOUBT_MS = 7_000;

/** A hello or heartbeat of a page. */
interface Asked {
  place: Place;
  ref: number;
  atMs: number;
}

/** A kind of question of which one is on the line, for all who ask meanwhile; `ref` is 0 while none is. */
interface Round {
  ref: number;
  sentAtMs: number;
  asked: Asked[];
}

const fresh = (): Round => ({ ref: 0, sentAtMs: 0, asked: [] });

/** Hellos and heartbeats: every page lives by its own, and one at a time goes over the line. */
export class LineSigns {
  private readonly clock: ServerClock;
  private welcome: Frame | null = null;
  private hello = fresh();
  private heartbeat = fresh();

  constructor(
    private readonly localMs: () => number,
    private readonly number: () => number,
    private readonly send: (ref: number, frame: Frame) => void,
    private readonly reply: (place: Place, ref: number, frame: Frame) => void,
  ) {
    this.clock = new ServerClock(localMs);
  }

  get welcomed(): boolean {
    return this.welcome !== null;
  }

  /** The first hello goes to the server; its welcome serves everybody. */
  greet(place: Place, ref: number, frame: Frame): void {
    this.hello.asked.push({ place, ref, atMs: this.localMs() });
    if (this.welcome === null) this.ask(this.hello, frame);
    else this.answer(this.hello, this.welcome);
  }

  beat(place: Place, ref: number): void {
    this.heartbeat.asked.push({ place, ref, atMs: this.localMs() });
    this.ask(this.heartbeat, { type: "heartbeat" });
  }

  /** Takes the server's answer; false when it answers something else. */
  answered(ref: number, frame: Frame): boolean {
    const round = [this.hello, this.heartbeat].find((one) => one.ref === ref);
    if (round === undefined || ref === 0) return false;
    round.ref = 0;
    const serverMs = frame["server_time_ms"] ?? (isRecord(frame["result"]) ? frame["result"]["server_time_ms"] : null);
    if (typeof serverMs === "number") this.clock.sample(round.sentAtMs, serverMs);
    if (frame["type"] === "welcome") this.welcome = frame;
    this.answer(round, frame);
    return true;
  }

  inDoubt(): boolean {
    const nowMs = this.localMs();
    return [this.hello, this.heartbeat].some((round) => round.ref !== 0 && nowMs - round.sentAtMs >= DOUBT_MS);
  }

  clear(): void {
    this.welcome = null;
    this.hello = fresh();
    this.heartbeat = fresh();
  }

  private ask(round: Round, frame: Frame): void {
    if (round.ref !== 0) return;
    round.ref = this.number();
    round.sentAtMs = this.localMs();
    this.send(round.ref, frame);
  }

  private answer(round: Round, frame: Frame): void {
    const asked = round.asked;
    round.asked = [];
    for (const { place, ref, atMs } of asked) this.reply(place, ref, this.forPage(frame, place, atMs));
  }

  /** The answer as the server would give it to this page alone: its topics, and the time in the middle of its own round trip. */
  private forPage(frame: Frame, place: Place, atMs: number): Frame {
    const server_time_ms = Math.round(this.clock.offsetMs + (atMs + this.localMs()) / 2);
    const { type, result } = frame;
    if (type === "welcome") return { ...frame, server_time_ms };
    if (type !== "reply" || !isRecord(result)) return frame;
    return { ...frame, result: { ...result, server_time_ms, heads: limited(result["heads"], place) } };
  }
}

/** Newest entries of the topics a page is in. */
export function limited(heads: unknown, place: Place): Record<string, unknown> {
  return Object.fromEntries(Object.entries(isRecord(heads) ? heads : {}).filter(([topic]) => place.held.has(topic)));
}
