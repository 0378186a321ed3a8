import { Turns, type Turn } from "./line_turns";

export type Frame = Record<string, unknown>;

/** A page's virtual socket, as the line knows it. */
export interface Place {
  readonly port: string;
  /** It is in the very page that owns the line. */
  readonly local: boolean;
  /** Topics it is in. */
  readonly held: Set<string>;
  /** Commands it waits for. */
  waiting: number;
  /** Frames it was sent, and how many of them it says it has. */
  sent: number;
  acked: number;
}

/** A command of a page on its way over the line; without a place it is the line's own. */
export interface Command extends Turn {
  readonly place: Place | null;
  /** As the page counts; the line has a number of its own. */
  readonly ref: number;
  readonly type: string;
  readonly frame: Frame;
}

export interface TopicsOut {
  send(command: Command): void;
  /** Answers a command, when its page is still there. */
  answer(command: Command, frame: Frame): void;
  tell(places: Place[], text: string): void;
  /** End the virtual sockets of these pages, which then come back and resume. */
  breakOff(places: Place[]): void;
}

/** These refusals come before the server touches the seat it has for this line; after any other it is gone. */
const SEAT_UNTOUCHED = new Set(["TOO_MANY_REQUESTS", "TOO_MANY_TOPICS", "BAD_FIELD", "NOT_SIGNED_IN", "FORBIDDEN"]);

const TOPICS_OF: Record<string, (frame: Frame) => unknown[]> = {
  subscribe: (frame) => [frame["topic"]],
  unsubscribe: (frame) => [frame["topic"]],
  replay: (frame) => [frame["topic"]],
  resume: (frame) => Object.keys(isRecord(frame["topics"]) ? frame["topics"] : {}),
};

export const isRecord = (value: unknown): value is Frame => typeof value === "object" && value !== null && !Array.isArray(value);

/** Topics a command is about, null when it does not enter, read or leave any. */
export function topicsOf(type: string, frame: Frame): string[] | null {
  if (!Object.hasOwn(TOPICS_OF, type)) return null;
  return TOPICS_OF[type]?.(frame).filter((topic) => typeof topic === "string") ?? null;
}

/**
 * Who is in which topic. For the server all pages are one reader, so entering a topic again takes its seat away for a
 * moment, and leaving one leaves it for all.
 */
export class LineTopics {
  /** Topics the server has this line in. */
  private readonly entered = new Set<string>();
  private readonly turns = new Turns<Command>((command) => {
    this.start(command);
  });

  constructor(
    private readonly places: ReadonlyMap<string, Place>,
    private readonly out: TopicsOut,
  ) {}

  put(command: Command): void {
    this.turns.add(command);
  }

  holders(topic: string, but: Place | null = null): Place[] {
    return [...this.places.values()].filter((place) => place !== but && place.held.has(topic));
  }

  /** What the server's answer changes: for the asker, and for those who were in the same topics. */
  answered(command: Command, frame: Frame): void {
    const { place, topics } = command;
    const others = new Map(topics.map((topic) => [topic, this.holders(topic, place)]));
    const { heads, lost, unsure } = this.outcome(command, frame);
    for (const topic of Object.keys(heads)) this.mark(topic, place, true);
    for (const topic of [...lost, ...unsure]) this.mark(topic, place, false);
    this.out.answer(command, frame);
    this.tellHeads(others, heads);
    for (const topic of lost) this.takenOut(topic, others.get(topic) ?? []);
    this.out.breakOff([...new Set(unsure.flatMap((topic) => others.get(topic) ?? []))]);
    this.turns.done(command);
    for (const topic of topics) this.release(topic);
  }

  /** The command will not be sent. */
  dropped(command: Command): void {
    this.turns.done(command);
  }

  /** An event or another push about a topic, for those who are in it. */
  pushed(topic: string, frame: Frame, text: string): void {
    const holders = this.holders(topic);
    if (frame["type"] === "unsubscribed") {
      this.entered.delete(topic);
      for (const place of holders) place.held.delete(topic);
    }
    this.out.tell(holders, text);
  }

  /** The page is not among the places any more. */
  gone(place: Place): void {
    this.turns.drop((command) => command.place === place);
    for (const topic of [...this.entered]) this.release(topic);
  }

  clear(): void {
    this.turns.clear();
    this.entered.clear();
  }

  private start(command: Command): void {
    const [topic = ""] = command.topics;
    if (command.type === "unsubscribe") {
      command.place?.held.delete(topic);
      if (!this.entered.has(topic) || this.holders(topic).length > 0) {
        this.out.answer(command, { type: "reply", result: {} });
        this.turns.done(command);
        return;
      }
    }
    this.out.send(command);
  }

  /** `heads`: entered. `lost`: closed to us. `unsure`: the server may have left them. */
  private outcome({ type, topics }: Command, frame: Frame): { heads: Record<string, unknown>; lost: string[]; unsure: string[] } {
    const nothing = { heads: {}, lost: [], unsure: [] };
    if (type === "unsubscribe") for (const topic of topics) this.entered.delete(topic);
    if (type !== "subscribe" && type !== "resume") return nothing;
    if (frame["type"] !== "reply") {
      if (SEAT_UNTOUCHED.has(String(frame["key"]))) return nothing;
      return frame["temporary"] === true ? { ...nothing, unsure: [...topics] } : { ...nothing, lost: [...topics] };
    }
    const result = isRecord(frame["result"]) ? frame["result"] : {};
    const parts = type === "subscribe" ? { [topics[0] ?? ""]: result } : isRecord(result["topics"]) ? result["topics"] : {};
    const heads: Record<string, unknown> = {};
    for (const topic of topics) if (isRecord(parts[topic])) heads[topic] = parts[topic]["head"];
    return { ...nothing, heads, lost: topics.filter((topic) => !isRecord(parts[topic])) };
  }

  private mark(topic: string, place: Place | null, entered: boolean): void {
    if (entered) this.entered.add(topic);
    else this.entered.delete(topic);
    if (entered) place?.held.add(topic);
    else place?.held.delete(topic);
  }

  /** While a page entered, the others heard nothing of these topics; knowing the heads, they fetch what they lack. */
  private tellHeads(others: Map<string, Place[]>, heads: Record<string, unknown>): void {
    const told = new Map<Place, Record<string, unknown>>();
    for (const [topic, head] of Object.entries(heads)) {
      for (const place of others.get(topic) ?? []) told.set(place, { ...told.get(place), [topic]: head });
    }
    for (const [place, known] of told) this.out.tell([place], JSON.stringify({ type: "lagged", heads: known }));
  }

  private takenOut(topic: string, places: Place[]): void {
    for (const place of places) place.held.delete(topic);
    this.out.tell(places, JSON.stringify({ type: "unsubscribed", topic, key: "UNKNOWN_TOPIC" }));
  }

  /** Nobody is in it any more: the server need not send it. */
  private release(topic: string): void {
    if (!this.entered.has(topic) || this.holders(topic).length > 0) return;
    this.turns.add({ place: null, ref: 0, type: "unsubscribe", topics: [topic], frame: { type: "unsubscribe", topic } });
  }
}
