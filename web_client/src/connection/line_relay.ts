import { Flow } from "./line_flow";
import { COMMAND_BYTES, pageOf } from "./line_notes";
import { DOUBT_MS, limited, LineSigns } from "./line_signs";
import { isRecord, LineTopics, topicsOf, type Command, type Frame, type Place } from "./line_topics";
import type { SocketLike } from "./socket";

export interface RelayWorld {
  dial: () => SocketLike;
  localMs: () => number;
}

/** To the virtual sockets of the pages. */
export interface RelayOut {
  opened(ports: string[]): void;
  frame(ports: string[], text: string): void;
  /** `apart`: there is no place here, come back on a line of your own. */
  closed(ports: string[], code: number, reason: string, apart: boolean): void;
}

/** More pages than this open lines of their own. */
const PAGES_AT_MOST = 16;

/** A page that waits for so many commands, or has not taken so many frames, is sent away; it comes back and resumes. */
const COMMANDS_AT_MOST = 200;
const FRAMES_AT_MOST = 512;

const BROKEN = 1006;
const LARGEST_REF = 2 ** 31 - 1;

/** One real socket that serves the virtual sockets of several pages of one member. Dialled while there is a page. */
export class Relay {
  private readonly places = new Map<string, Place>();
  private readonly asked = new Map<number, Command>();
  private readonly flow: Flow<Place | null, Command>;
  private readonly topics: LineTopics;
  private readonly signs: LineSigns;
  private real: SocketLike | null = null;
  private dialledAtMs = 0;
  private nextRef = 1;

  constructor(
    private readonly member: string,
    private readonly world: RelayWorld,
    private readonly out: RelayOut,
  ) {
    this.flow = new Flow(world.localMs, (command) => {
      const ref = this.number();
      this.asked.set(ref, command);
      this.put(ref, command.frame);
    });
    const [number, put, reply] = [() => this.number(), this.put.bind(this), this.reply.bind(this)];
    this.signs = new LineSigns(world.localMs, number, put, reply);
    this.topics = new LineTopics(this.places, {
      send: (command) => {
        this.flow.put(command.place, command);
      },
      answer: (command, frame) => {
        this.settle(command, frame);
      },
      tell: (places, text) => {
        this.deliver(places, text);
      },
      breakOff: (places) => {
        for (const place of places) this.sendAway(place, BROKEN);
      },
    });
  }

  /** A virtual socket wants to open. A page has one at a time. */
  join(port: string, local: boolean): void {
    if (!this.places.has(port)) {
      for (const place of [...this.places.values()]) if (pageOf(place.port) === pageOf(port)) this.forget(place);
      if (this.places.size >= PAGES_AT_MOST) {
        this.out.closed([port], BROKEN, "", true);
        return;
      }
      this.places.set(port, { port, local, held: new Set(), waiting: 0, sent: 0, acked: 0 });
    }
    if (this.real === null) this.dial();
    else if (this.real.readyState === 1) this.out.opened([port]);
  }

  /** A virtual socket without a place is told that it is broken. */
  knows(port: string): boolean {
    const known = this.places.has(port);
    if (!known) this.out.closed([port], BROKEN, "", false);
    return known;
  }

  /** A frame of a page. */
  send(port: string, text: string): void {
    const place = this.places.get(port);
    if (place === undefined) this.knows(port);
    else if (tooLong(text)) this.sendAway(place, 1009, "MESSAGE_TOO_BIG");
    else if (this.real?.readyState === 1) this.take(place, readFrame(text));
  }

  acknowledged(port: string, count: number): void {
    const place = this.places.get(port);
    if (place !== undefined) place.acked = Math.min(place.sent, Math.max(place.acked, count));
  }

  /** A virtual socket closes. `doubted`: its page hears nothing; the line falls when it owes an answer, too. */
  leave(port: string, doubted: boolean): void {
    const place = this.places.get(port);
    if (place === undefined) return;
    this.forget(place);
    if (doubted && (place.local || this.inDoubt())) this.fall(BROKEN, "");
    else if (this.places.size === 0) this.hangUp();
  }

  /** A page is gone without a word. */
  vanished(page: string): void {
    for (const port of [...this.places.keys()]) if (pageOf(port) === page) this.leave(port, false);
  }

  /** The page that owns the line gives it up. */
  end(): void {
    this.fall(1001, "GOING_AWAY");
  }

  private dial(): void {
    const real = this.world.dial();
    this.real = real;
    this.dialledAtMs = this.world.localMs();
    real.onopen = () => {
      this.out.opened([...this.places.keys()]);
    };
    real.onmessage = (event) => {
      if (typeof event.data === "string") this.receive(event.data);
    };
    real.onclose = (event) => {
      this.fall(event.code, event.reason);
    };
  }

  private hangUp(): void {
    const real = this.real;
    this.real = null;
    this.signs.clear();
    this.asked.clear();
    this.places.clear();
    this.flow.clear();
    this.topics.clear();
    if (real === null) return;
    real.onopen = real.onmessage = real.onclose = null;
    real.close(1000);
  }

  private fall(code: number, reason: string): void {
    const ports = [...this.places.keys()];
    this.hangUp();
    if (ports.length > 0) this.out.closed(ports, code, reason, false);
  }

  private inDoubt(): boolean {
    if (this.real?.readyState === 0) return this.world.localMs() - this.dialledAtMs >= DOUBT_MS;
    return this.signs.inDoubt();
  }

  private forget(place: Place): void {
    this.places.delete(place.port);
    for (const command of this.flow.drop(place)) this.topics.dropped(command);
    this.topics.gone(place);
  }

  private sendAway(place: Place, code: number, reason = "", apart = false): void {
    if (!this.isHere(place)) return;
    this.forget(place);
    this.out.closed([place.port], code, reason, apart);
    if (this.places.size === 0) this.hangUp();
  }

  private isHere(place: Place): boolean {
    return this.places.get(place.port) === place;
  }

  // -- from the pages ------------------------------------------------------------------------------------------------

  private take(place: Place, frame: Frame | null): void {
    if (frame === null) return;
    const { type, ref } = frame as { type: string; ref: number };
    if (type === "hello") this.signs.greet(place, ref, frame);
    else if (type === "heartbeat") this.signs.beat(place, ref);
    else if (this.signs.welcomed) this.command({ place, ref, type, frame, topics: topicsOf(type, frame) ?? [] });
  }

  private command(command: Command): void {
    const { place, type, frame } = command;
    if (place === null) return;
    if (place.waiting >= COMMANDS_AT_MOST) {
      this.sendAway(place, 1013, "TRY_LATER retry_after_ms=1000");
      return;
    }
    place.waiting += 1;
    if (topicsOf(type, frame) === null) this.flow.put(place, command);
    else this.topics.put(command);
  }

  private number(): number {
    const ref = this.nextRef;
    this.nextRef = ref >= LARGEST_REF ? 1 : ref + 1;
    return ref;
  }

  private put(ref: number, frame: Frame): void {
    if (this.real?.readyState === 1) this.real.send(JSON.stringify({ ...frame, ref }));
  }

  // -- from the server -----------------------------------------------------------------------------------------------

  private receive(text: string): void {
    const frame = readJson(text);
    if (frame === null) return;
    const { type, ref, topic } = frame;
    if (type === "reply" || type === "welcome" || type === "error") this.answered(ref, frame);
    else if (type === "lagged") this.tellHeads(frame);
    else if (typeof topic === "string") this.topics.pushed(topic, frame, text);
  }

  private answered(ref: unknown, frame: Frame): void {
    if (typeof ref !== "number") return;
    // Somebody else has signed in in this browser meanwhile: their line is not ours.
    if (frame["type"] === "welcome" && frame["member"] !== this.member) this.fall(4501, "NOT_AUTHENTICATED");
    if (this.signs.answered(ref, frame)) return;
    const command = this.asked.get(ref);
    if (command === undefined) return;
    this.asked.delete(ref);
    this.commandAnswered(command, frame);
  }

  private commandAnswered(command: Command, frame: Frame): void {
    const { key } = frame;
    if (key === "TOO_MANY_REQUESTS") this.flow.slowDown();
    // The pages together are in too many topics: one of them alone is not.
    if (key === "TOO_MANY_TOPICS" && command.place !== null && this.places.size > 1) this.sendAway(command.place, BROKEN, "", true);
    if (topicsOf(command.type, command.frame) === null) this.settle(command, frame);
    else this.topics.answered(command, frame);
    this.flow.answered();
  }

  private tellHeads(frame: Frame): void {
    for (const place of this.places.values()) {
      const heads = limited(frame["heads"], place);
      if (Object.keys(heads).length > 0) this.deliver([place], JSON.stringify({ ...frame, heads }));
    }
  }

  private settle({ place, ref }: Command, frame: Frame): void {
    if (place === null) return;
    place.waiting -= 1;
    this.reply(place, ref, frame);
  }

  private reply(place: Place, ref: number, frame: Frame): void {
    this.deliver([place], JSON.stringify({ ...frame, ref }));
  }

  private deliver(places: Place[], text: string): void {
    const here = places.filter((place) => this.isHere(place));
    if (here.length === 0) return;
    for (const place of here) place.sent += 1;
    this.out.frame(
      here.map((place) => place.port),
      text,
    );
    for (const place of here) if (!place.local && place.sent - place.acked > FRAMES_AT_MOST) this.sendAway(place, 4400, "SLOW_CONSUMER");
  }
}

function tooLong(text: string): boolean {
  return text.length > COMMAND_BYTES || (text.length > COMMAND_BYTES / 3 && new TextEncoder().encode(text).length > COMMAND_BYTES);
}

function readJson(text: string): Frame | null {
  try {
    const frame: unknown = JSON.parse(text);
    return isRecord(frame) ? frame : null;
  } catch {
    return null;
  }
}

/** A command as pages send it, or null. */
function readFrame(text: string): Frame | null {
  const frame = readJson(text);
  const ref = frame?.["ref"];
  return typeof frame?.["type"] === "string" && Number.isInteger(ref) && (ref as number) >= 1 && (ref as number) <= LARGEST_REF ? frame : null;
}
