/** A sentence in both languages, as the server writes it. */
export interface BothLanguages {
  zh: string;
  en: string;
}

/** What is known of a refusal, whether it came over HTTP (RFC 9457) or the socket. */
export interface ProblemFields {
  /** Number of the error table; 0 when the server did not answer with one. */
  code: number;
  /** Upper-case word of the error table, or one of ours: `NETWORK`, `UNREADABLE`, `TIMEOUT`, `CLOSED`. */
  key: string;
  message: BothLanguages;
  /** HTTP status; 0 when there was none. */
  status: number;
  /** The same request may succeed later without change. */
  temporary: boolean;
  retryAfterMs: number | null;
  params: Record<string, string | number>;
}

/** The only error the connection layer throws. Branch on `key`, show `text(locale)`. */
export class Problem extends Error {
  readonly fields: ProblemFields;

  constructor(fields: ProblemFields) {
    super(fields.key);
    this.name = "Problem";
    this.fields = fields;
  }

  get key(): string {
    return this.fields.key;
  }

  get temporary(): boolean {
    return this.fields.temporary;
  }

  /** The sentence to show, in the reader's language. */
  text(locale: string): string {
    return locale.startsWith("zh") ? this.fields.message.zh : this.fields.message.en;
  }
}

const OWN: Record<string, BothLanguages> = {
  NETWORK: {
    zh: "网络不通,您填写的内容都还在,请联网后再试",
    en: "There is no network. What you entered is still here; try again once you are online",
  },
  UNREADABLE: {
    zh: "服务器的回答无法识别,请稍后再试",
    en: "The server's answer could not be read; please try again in a while",
  },
  TIMEOUT: {
    zh: "服务器没有及时回答,请稍后再试",
    en: "The server did not answer in time; please try again in a while",
  },
  CLOSED: {
    zh: "连接已断开,正在重连",
    en: "The connection was lost; reconnecting",
  },
};

/** A problem found on this side of the wire. */
export function ownProblem(key: "NETWORK" | "UNREADABLE" | "TIMEOUT" | "CLOSED", status = 0): Problem {
  const message = OWN[key] ?? { zh: key, en: key };
  return new Problem({ code: 0, key, message, status, temporary: true, retryAfterMs: null, params: {} });
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Read `code, key, message{zh,en}, temporary, retry_after_ms, params` from a problem document or an `error` frame. */
export function problemFrom(body: unknown, status = 0): Problem {
  if (!isRecord(body) || typeof body["key"] !== "string" || !isRecord(body["message"])) return ownProblem("UNREADABLE", status);
  const { zh, en } = body["message"];
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(isRecord(body["params"]) ? body["params"] : {})) {
    if (typeof value === "string" || typeof value === "number") params[name] = value;
  }
  return new Problem({
    code: typeof body["code"] === "number" ? body["code"] : 0,
    key: body["key"],
    message: { zh: typeof zh === "string" ? zh : body["key"], en: typeof en === "string" ? en : body["key"] },
    status,
    temporary: body["temporary"] === true || status === 429 || status >= 500,
    retryAfterMs: typeof body["retry_after_ms"] === "number" ? body["retry_after_ms"] : null,
    params,
  });
}
