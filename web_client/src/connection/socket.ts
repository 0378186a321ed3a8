import { retryDelayMs } from "./backoff";
import { readClosing, type Closing } from "./closing";

/** The part of the browser's WebSocket that is used; tests bring their own. */
export interface SocketLike {
  readonly readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export interface SocketWorld {
  open: () => SocketLike;
  /** In [0, 1). */
  random: () => number;
}

export interface SocketListener {
  opened(): void;
  received(text: string): void;
  /** `retryMs` is when the next try starts; null when there is none. */
  closed(closing: Closing, retryMs: number | null): void;
}

/** A handshake that takes longer is given up: some networks swallow it without a word. */
const OPEN_TIMEOUT_MS = 10_000;

/** The browser tells nothing about an abandoned socket, so we tell ourselves. */
const ABANDONED: Closing = { code: 1006, key: "", reconnect: true, retryAfterMs: 0 };

/** One line to the server that comes back by itself, with full jitter and the server's advice. */
export class ReconnectingSocket {
  private socket: SocketLike | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private wanted = false;

  constructor(
    private readonly world: SocketWorld,
    private readonly listener: SocketListener,
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.attempt = 0;
    this.open();
  }

  /** Close for good. */
  stop(): void {
    this.wanted = false;
    clearTimeout(this.timer);
    const socket = this.detach();
    socket?.close(1000);
  }

  /** The network or the page came back: do not wait for the timer. */
  wake(): void {
    if (!this.wanted || this.socket !== null) return;
    clearTimeout(this.timer);
    this.attempt = 0;
    this.open();
  }

  /** The session stands: later breaks start counting from nothing. */
  settled(): void {
    this.attempt = 0;
  }

  /** False when there is no open line; nothing is queued here. */
  send(text: string): boolean {
    if (this.socket?.readyState !== 1) return false;
    this.socket.send(text);
    return true;
  }

  /** Leave a line that gives no sign of life and dial again. */
  abandon(): void {
    const socket = this.detach();
    if (socket === null) return;
    socket.close();
    this.broken(ABANDONED);
  }

  private open(): void {
    const socket = this.world.open();
    this.socket = socket;
    this.timer = setTimeout(() => {
      this.abandon();
    }, OPEN_TIMEOUT_MS);
    socket.onopen = () => {
      clearTimeout(this.timer);
      this.listener.opened();
    };
    socket.onmessage = (event) => {
      if (typeof event.data === "string") this.listener.received(event.data);
    };
    socket.onclose = (event) => {
      this.detach();
      this.broken(readClosing(event.code, event.reason));
    };
  }

  private detach(): SocketLike | null {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    if (socket !== null) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }

  private broken(closing: Closing): void {
    if (!this.wanted) return;
    if (!closing.reconnect) {
      this.wanted = false;
      this.listener.closed(closing, null);
      return;
    }
    const retryMs = retryDelayMs(this.attempt, this.world.random(), closing.retryAfterMs);
    this.attempt += 1;
    this.timer = setTimeout(() => {
      this.open();
    }, retryMs);
    this.listener.closed(closing, retryMs);
  }
}
