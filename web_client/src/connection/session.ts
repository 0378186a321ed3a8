import { PROTOCOL_VERSION, type Beat, type AnyCommand, type Welcome, type WireEvent } from "../protocol/wire";
import type { ServerClock } from "./clock";
import type { Closing } from "./closing";
import { ownProblem, problemFrom, type Problem } from "./problem";
import { ReconnectingSocket, type SocketWorld } from "./socket";

/** An answer that takes longer counts as lost; the command may or may not have taken effect. */
const REPLY_TIMEOUT_MS = 15_000;

/** Answer to hello or heartbeat: without it the line is a zombie (half-open TCP, sleeping phone, captive portal). */
const LIFE_TIMEOUT_MS = 8_000;

export type SessionState = "idle" | "connecting" | "online" | "waiting" | "stopped";

export interface SessionListener {
  state(state: SessionState, closing: Closing | null): void;
  /** The session stands; called on every (re)connect before anything else can be sent. */
  welcomed(welcome: Welcome): void;
  event(event: WireEvent): void;
  /** The server named the newest entry of topics we hold: in a heartbeat, or because it left some out for us. */
  heads(heads: Record<string, number>): void;
  /** The server took us out of a topic. */
  unsubscribed(topic: string): void;
}

interface Pending {
  resolve(result: Record<string, unknown>): void;
  reject(problem: Problem): void;
  timer: ReturnType<typeof setTimeout>;
}

/** What this client tells of itself in `hello`. */
export interface Introduction {
  client: string;
  locale: () => "zh-CN" | "en";
}

/** hello and welcome, commands with refs and their answers, heartbeats, signs of life. */
export class Session {
  private readonly socket: ReconnectingSocket;
  private readonly pending = new Map<number, Pending>();
  private nextRef = 1;
  private greeted = false;
  private heartbeat: ReturnType<typeof setTimeout> | undefined;
  private state: SessionState = "idle";

  constructor(
    private readonly world: SocketWorld,
    private readonly clock: ServerClock,
    private readonly localMs: () => number,
    private readonly introduction: Introduction,
    private readonly listener: SessionListener,
  ) {
    this.socket = new ReconnectingSocket(world, {
      opened: () => {
        this.greet();
      },
      received: (text) => {
        this.receive(text);
      },
      closed: (closing, retryMs) => {
        this.drop();
        this.become(retryMs === null ? "stopped" : "waiting", closing);
      },
    });
  }

  get online(): boolean {
    return this.state === "online";
  }

  start(): void {
    if (this.state !== "idle" && this.state !== "stopped") return;
    this.become("connecting", null);
    this.socket.start();
  }

  stop(): void {
    this.socket.stop();
    this.drop();
    this.become("idle", null);
  }

  /** The device says that it has no network: do not wait for the time-out. */
  networkLost(): void {
    this.socket.abandon();
  }

  /** The network or the page came back: dial now, or find out quickly whether the line still lives. */
  wake(): void {
    if (this.online) this.beat();
    else this.socket.wake();
  }

  /**
   * Send a command; the promise has the `result` of its reply.
   * Rejects with `Problem`: the server's refusal, `CLOSED` when the line broke or none stands, `TIMEOUT`.
   */
  call<R>(command: AnyCommand, timeoutMs = REPLY_TIMEOUT_MS): Promise<R> {
    if (!this.online) return Promise.reject(ownProblem("CLOSED"));
    return this.ask(command, timeoutMs) as Promise<R>;
  }

  private ask(command: AnyCommand, timeoutMs: number): Promise<Record<string, unknown>> {
    const ref = this.nextRef;
    this.nextRef = ref >= 2 ** 31 - 1 ? 1 : ref + 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(ref);
        reject(ownProblem("TIMEOUT"));
      }, timeoutMs);
      this.pending.set(ref, { resolve, reject, timer });
      if (!this.socket.send(JSON.stringify({ ...command, ref }))) this.settle(ref)?.reject(ownProblem("CLOSED"));
    });
  }

  private greet(): void {
    const sentAtMs = this.localMs();
    const hello = { type: "hello", protocol: PROTOCOL_VERSION, client: this.introduction.client, locale: this.introduction.locale() };
    this.ask(hello, LIFE_TIMEOUT_MS).then(
      (answer) => {
        const welcome = answer as unknown as Welcome;
        this.greeted = true;
        this.socket.settled();
        this.clock.sample(sentAtMs, welcome.server_time_ms);
        this.become("online", null);
        // The first beat after a random part, so that clients welcomed together do not beat together.
        this.planBeat(welcome.heartbeat_ms * this.world.random(), welcome.heartbeat_ms);
        this.listener.welcomed(welcome);
      },
      (problem: Problem) => {
        // A refused hello is followed by a close that says why; silence is not.
        if (problem.key === "TIMEOUT") this.socket.abandon();
      },
    );
  }

  private planBeat(inMs: number, everyMs: number): void {
    clearTimeout(this.heartbeat);
    this.heartbeat = setTimeout(() => {
      this.beat();
      this.planBeat(everyMs, everyMs);
    }, inMs);
  }

  private beat(): void {
    const sentAtMs = this.localMs();
    this.ask({ type: "heartbeat" }, LIFE_TIMEOUT_MS).then(
      (answer) => {
        const beat = answer as unknown as Beat;
        this.clock.sample(sentAtMs, beat.server_time_ms);
        this.listener.heads(beat.heads);
      },
      (problem: Problem) => {
        if (problem.key === "TIMEOUT") this.socket.abandon();
      },
    );
  }

  private receive(text: string): void {
    let frame: Record<string, unknown>;
    try {
      frame = JSON.parse(text) as Record<string, unknown>;
    } catch {
      return;
    }
    const { type, ref } = frame;
    if (type === "reply" && typeof ref === "number") this.settle(ref)?.resolve(frame["result"] as Record<string, unknown>);
    else if (type === "welcome" && typeof ref === "number") this.settle(ref)?.resolve(frame);
    else if (type === "error" && typeof ref === "number") this.settle(ref)?.reject(problemFrom(frame));
    else if (this.greeted) this.push(frame);
  }

  /** A frame that answers nothing. */
  private push(frame: Record<string, unknown>): void {
    const { type, topic, heads } = frame;
    if (type === "lagged" && typeof heads === "object" && heads !== null) this.listener.heads(heads as Record<string, number>);
    else if (typeof topic !== "string") return;
    else if (type === "unsubscribed") this.listener.unsubscribed(topic);
    else if (typeof type === "string") this.listener.event(frame as unknown as WireEvent);
  }

  private settle(ref: number): Pending | undefined {
    const pending = this.pending.get(ref);
    if (pending !== undefined) {
      this.pending.delete(ref);
      clearTimeout(pending.timer);
    }
    return pending;
  }

  private drop(): void {
    this.greeted = false;
    clearTimeout(this.heartbeat);
    for (const ref of [...this.pending.keys()]) this.settle(ref)?.reject(ownProblem("CLOSED"));
  }

  private become(state: SessionState, closing: Closing | null): void {
    if (this.state === state && closing === null) return;
    this.state = state;
    this.listener.state(state, closing);
  }
}
