import type { AnyCommand, CommandBody, ResultOf, Welcome } from "../protocol/wire";
import { ServerClock } from "./clock";
import type { Closing } from "./closing";
import { uuid7 } from "./ids";
import { Outbox, type OutboxKeep, type OutboxListener } from "./outbox";
import { NO_SHELF, type TopicShelf } from "./keeping";
import { Session, type Introduction, type SessionState } from "./session";
import type { SocketWorld } from "./socket";
import { Topics } from "./topics";

/** What the connection needs from outside: sockets, chance, time, a place for unsent messages. */
export interface ConnectionWorld extends SocketWorld {
  localMs: () => number;
  keep: OutboxKeep;
  /** Where topics survive a closed page. */
  shelf?: TopicShelf;
}

export interface ConnectionListener {
  state(state: SessionState, closing: Closing | null): void;
  welcomed(welcome: Welcome): void;
}

/** The one live connection of a page: session, topics, outbox and clock, wired together. */
export class Connection {
  readonly clock: ServerClock;
  readonly topics: Topics;
  readonly outbox: Outbox;
  private readonly session: Session;
  private readonly unwatch: () => void;

  constructor(
    world: ConnectionWorld,
    introduction: Introduction,
    listener: ConnectionListener,
    outgoing: OutboxListener,
  ) {
    this.clock = new ServerClock(world.localMs);
    this.session = new Session(world, this.clock, world.localMs, introduction, {
      state: (state, closing) => {
        if (state !== "online") this.topics.broken();
        listener.state(state, closing);
      },
      welcomed: (welcome) => {
        listener.welcomed(welcome);
        this.topics.welcomed();
        this.outbox.flush();
      },
      event: (event) => {
        this.topics.event(event);
      },
      heads: (heads) => {
        this.topics.heads(heads);
      },
      unsubscribed: (topic) => {
        this.topics.unsubscribed(topic);
      },
    });
    this.topics = new Topics(this.session, world.shelf ?? NO_SHELF, world.localMs);
    this.outbox = new Outbox(this.session, world.keep, world.random, outgoing);
    this.unwatch = world.keep.watch?.(this.outbox) ?? (() => undefined);
  }

  get online(): boolean {
    return this.session.online;
  }

  start(): void {
    this.session.start();
  }

  stop(): void {
    this.unwatch();
    this.topics.close();
    this.outbox.close();
    this.session.stop();
  }

  /** The network or the page came back. */
  wake(): void {
    this.session.wake();
  }

  /** The device says that it has no network. */
  networkLost(): void {
    this.session.networkLost();
  }

  /** Send a command; see Session.call. */
  call<C extends CommandBody>(command: C): Promise<ResultOf<C>> {
    return this.session.call(command as AnyCommand);
  }

  /** A fresh client id, ordered by server time. */
  cid(): string {
    return uuid7(this.clock.nowMs());
  }
}
