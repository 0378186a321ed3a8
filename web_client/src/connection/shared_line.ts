import { ACK_EVERY, lineName, pageName, pageOf, readNote, type Note } from "./line_notes";
import { Relay } from "./line_relay";
import type { ChannelLike, LineWorld, LocksLike } from "./line_world";
import type { SocketLike } from "./socket";
import { VirtualSocket } from "./virtual_socket";

/** An owner answers a page that joins at once; one that does not for so long is asleep although it holds the lock. */
const OWNER_ANSWERS_MS = 4_000;

/** Who has to take the line again so soon cannot be heard by the others, for whatever reason. */
const STEAL_AGAIN_MS = 60_000;

const BROKEN = 1006;

/**
 * The line of one member in this browser: of all pages one, elected by a lock, has a real socket, and the others use it
 * through a channel. To its page it is a way to open sockets; who owns the real one shows only as a broken line now and then.
 */
export class SharedLine {
  private readonly name: string;
  private channel: ChannelLike | null = null;
  /** Ends this page's presence and its claim to the line. */
  private awake: AbortController | null = null;
  private claim: AbortController | null = null;
  /** This page is known to be alive: others may rely on its lock. */
  private present = false;
  private relay: Relay | null = null;
  private socket: VirtualSocket | null = null;
  private owner = "";
  private received = 0;
  private count = 0;
  private apart = false;
  private stolenAtMs = -Infinity;
  private patience: ReturnType<typeof setTimeout> | undefined;
  private readonly watched = new Set<string>();

  constructor(
    private readonly member: string,
    private readonly world: LineWorld,
  ) {
    this.name = lineName(member);
  }

  open(): SocketLike {
    if (this.apart || this.world.meeting === null) return this.world.dial();
    this.count += 1;
    this.socket = new VirtualSocket(`${this.world.page}/${String(this.count)}`, {
      send: (port, text) => {
        this.toOwner({ kind: "send", owner: this.owner, port, text });
      },
      left: (port, doubted) => {
        this.left(port, doubted);
      },
    });
    this.owner = "";
    this.received = 0;
    if (this.awake === null) this.wake(this.world.meeting);
    else queueMicrotask(this.knock.bind(this));
    return this.socket;
  }

  /** Somebody looks at this page now: find out soon whether the owner of the line is awake. */
  look(): void {
    const socket = this.socket;
    if (socket?.readyState === 1 && this.relay === null) this.askOwner(socket, { kind: "look", owner: this.owner, port: socket.port });
  }

  /** The page is put away or closed: the line goes to another page, and comes back with the next `open`. */
  sleep(): void {
    if (this.awake === null) return;
    this.stepDown();
    const socket = this.socket;
    if (socket !== null && socket.readyState < 2) this.left(socket.port, false);
    this.claim?.abort();
    this.awake.abort();
    this.channel?.close();
    this.awake = this.claim = this.channel = null;
    this.present = false;
    socket?.ended(BROKEN, "");
  }

  private wake({ channel, locks }: NonNullable<LineWorld["meeting"]>): void {
    const awake = new AbortController();
    this.awake = awake;
    try {
      this.channel = channel(this.name);
    } catch {
      // Later: who asked for the socket does not listen to it yet.
      queueMicrotask(this.goApart.bind(this));
      return;
    }
    this.channel.onmessage = (event) => {
      const note = readNote(event.data);
      if (note !== null) this.hear(note);
    };
    const alive = (): Promise<void> => {
      this.present = !awake.signal.aborted;
      this.knock();
      return until(awake.signal);
    };
    locks.request(pageName(this.member, this.world.page), { signal: awake.signal }, alive).catch(() => {
      if (this.awake === awake) this.goApart();
    });
    this.contend(locks, false);
  }

  /** Ask for the line. `steal`: its owner is asleep. */
  private contend(locks: LocksLike, steal: boolean): void {
    this.claim?.abort();
    const claim = new AbortController();
    this.claim = claim;
    const held = (): Promise<void> => {
      if (this.claim === claim) this.stepUp();
      return until(claim.signal);
    };
    locks.request(this.name, steal ? { steal } : { signal: claim.signal }, held).catch(() => {
      if (this.claim !== claim) return;
      const stolen = this.relay !== null;
      this.stepDown();
      if (stolen) this.contend(locks, false);
      else this.goApart();
    });
  }

  private stepUp(): void {
    clearTimeout(this.patience);
    this.relay = new Relay(this.member, this.world, {
      opened: (ports) => {
        this.toPages({ kind: "opened", owner: this.world.page, ports });
      },
      frame: (ports, text) => {
        this.toPages({ kind: "frame", owner: this.world.page, ports, text });
      },
      closed: (ports, code, reason, apart) => {
        this.toPages({ kind: "closed", owner: this.world.page, ports, code, reason, apart });
      },
    });
    this.post({ kind: "here", owner: this.world.page });
    this.changed(this.world.page);
  }

  private stepDown(): void {
    const relay = this.relay;
    this.relay = null;
    relay?.end();
    this.watched.clear();
  }

  /** Somebody else owns the line now: sockets over the one before are broken, those about to open try here. */
  private changed(owner: string): void {
    if (this.owner !== "" && this.owner !== owner) this.socket?.ended(BROKEN, "");
    else this.knock();
  }

  private knock(): void {
    const socket = this.socket;
    if (socket?.readyState !== 0 || !this.present) return;
    if (this.relay !== null) {
      this.owner = this.world.page;
      this.relay.join(socket.port, true);
      return;
    }
    this.askOwner(socket, { kind: "join", port: socket.port });
  }

  private askOwner(socket: VirtualSocket, note: Note): void {
    this.post(note);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      this.unanswered(socket);
    }, OWNER_ANSWERS_MS);
  }

  private unanswered(socket: VirtualSocket): void {
    const meeting = this.world.meeting;
    if (this.socket !== socket || socket.readyState > 1 || this.relay !== null || meeting === null || this.awake === null) return;
    const nowMs = this.world.localMs();
    // A page nobody looks at may be slow itself, and can wait.
    if (!this.world.visible()) this.knock();
    else if (nowMs - this.stolenAtMs < STEAL_AGAIN_MS) this.goApart();
    else {
      this.stolenAtMs = nowMs;
      this.contend(meeting.locks, true);
    }
  }

  private left(port: string, doubted: boolean): void {
    clearTimeout(this.patience);
    this.toOwner({ kind: "bye", owner: this.owner, port, doubted });
  }

  /** Pages cannot meet here, or not all of them have a place: dial from now on. */
  private goApart(): void {
    this.apart = true;
    this.socket?.ended(BROKEN, "");
  }

  // -- notes ---------------------------------------------------------------------------------------------------------

  private post(note: Note): void {
    this.channel?.postMessage(note);
  }

  /** A note of this page's socket, to whoever owns the line. */
  private toOwner(note: Note): void {
    if (this.relay !== null && this.owner === this.world.page) this.asOwner(this.relay, note, true);
    else if (this.owner !== "") this.post(note);
  }

  /** A note of the line's owner, to all it concerns; this page may be one of them. */
  private toPages(note: Note & { ports: string[] }): void {
    if (note.ports.some((port) => pageOf(port) !== this.world.page)) this.post(note);
    this.asPage(note);
  }

  private hear(note: Note): void {
    if (this.relay !== null) this.asOwner(this.relay, note, false);
    else if (note.kind === "here") this.changed(note.owner);
    else this.asPage(note);
  }

  private asOwner(relay: Relay, note: Note, local: boolean): void {
    if (note.kind === "join") {
      this.post({ kind: "joined", owner: this.world.page, port: note.port });
      this.watch(pageOf(note.port));
      relay.join(note.port, local);
      return;
    }
    if (note.owner !== this.world.page) return;
    if (note.kind === "send") relay.send(note.port, note.text);
    else if (note.kind === "look" && relay.knows(note.port)) this.post({ kind: "joined", owner: this.world.page, port: note.port });
    else if (note.kind === "ack") relay.acknowledged(note.port, note.count);
    else if (note.kind === "bye") relay.leave(note.port, note.doubted);
  }

  private asPage(note: Note): void {
    const socket = this.socket;
    if (socket === null) return;
    if (note.kind === "joined" && note.port === socket.port && (this.owner === "" || this.owner === note.owner)) {
      this.owner = note.owner;
      clearTimeout(this.patience);
    }
    if (!("ports" in note) || note.owner !== this.owner || !note.ports.includes(socket.port)) return;
    if (note.kind === "opened") socket.opened();
    else if (note.kind === "frame") this.took(socket, note.text);
    else {
      if (note.apart) this.apart = true;
      socket.ended(note.code, note.reason);
    }
  }

  private took(socket: VirtualSocket, text: string): void {
    this.received += 1;
    if (this.relay === null && this.received % ACK_EVERY === 0) {
      this.post({ kind: "ack", owner: this.owner, port: socket.port, count: this.received });
    }
    socket.frame(text);
  }

  /** A page holds its lock as long as it lives: who gets it knows that the page is gone. */
  private watch(page: string): void {
    const claim = this.claim;
    const locks = this.world.meeting?.locks;
    if (claim === null || locks === undefined || this.watched.has(page)) return;
    this.watched.add(page);
    const gone = (): Promise<void> => {
      this.watched.delete(page);
      if (this.claim === claim) this.relay?.vanished(page);
      return Promise.resolve();
    };
    locks.request(pageName(this.member, page), { signal: claim.signal }, gone).catch(() => undefined);
  }
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    signal.addEventListener("abort", () => {
      done();
    });
  });
}
