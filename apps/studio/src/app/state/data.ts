/** Documents by their addresses below `data/`: from a server or a folder. Each is fetched once; what lives is asked again. */
import { useEffect, useReducer } from "react";

/** Documents kept; the oldest go. */
const KEPT_MAX = 200;
const TOKEN_KEY = "tenon-studio-token";

export class DataError extends Error {
  readonly status: number;
  readonly hint: string | undefined;
  /** The server has its hands full and says when to come again, s. */
  readonly retryAfterS: number | undefined;
  constructor(
    status: number,
    message: string,
    { hint, retryAfterS }: Pick<Partial<DataError>, "hint" | "retryAfterS"> = {},
  ) {
    super(message);
    this.status = status;
    this.hint = hint;
    this.retryAfterS = retryAfterS;
  }
}

/** A server that is busy is asked again so often; then whoever reads is told. */
const TRIES_MAX = 5;

interface Entry {
  value?: unknown;
  error?: DataError;
  pending: Promise<void> | undefined;
}

const entries = new Map<string, Entry>();
const listeners = new Set<() => void>();

function tellAll(): void {
  for (const tell of listeners) tell();
}

export function setToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token);
  entries.clear();
  tellAll();
}

function headers(): Readonly<Record<string, string>> {
  const token = sessionStorage.getItem(TOKEN_KEY);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

async function askUntilFree(address: string, init?: RequestInit): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask(address, init);
    } catch (error) {
      const { retryAfterS } = error as DataError;
      if (retryAfterS === undefined || tries >= TRIES_MAX) throw error;
      await new Promise((resolve) => setTimeout(resolve, retryAfterS * 1_000));
    }
  }
}

async function ask(address: string, init: RequestInit = {}): Promise<unknown> {
  const reply = await fetch(`./data/${address}`, { ...init, headers: { ...headers(), ...init.headers } }).catch(() => {
    throw new DataError(0, "nobody answers", { hint: "is the host still running?" });
  });
  const body = (await reply.json().catch(() => undefined)) as { title?: string; hint?: string } | undefined;
  if (reply.ok && body !== undefined) return body;
  const wait = reply.status === 503 ? Number(reply.headers.get("retry-after") ?? Number.NaN) : Number.NaN;
  throw new DataError(reply.status, body?.title ?? `status ${reply.status}`, {
    hint: body?.hint,
    retryAfterS: Number.isNaN(wait) ? undefined : wait,
  });
}

function load(address: string): Entry {
  const entry: Entry = { ...entries.get(address), pending: undefined };
  entry.pending = askUntilFree(address).then(
    (value) => {
      entry.value = value;
      delete entry.error;
      entry.pending = undefined;
      tellAll();
    },
    (error: DataError) => {
      entry.error = error;
      entry.pending = undefined;
      tellAll();
    },
  );
  entries.delete(address);
  entries.set(address, entry);
  for (const oldest of entries.keys()) {
    if (entries.size <= KEPT_MAX) break;
    entries.delete(oldest);
  }
  return entry;
}

export interface Loaded<Value> {
  readonly value: Value | undefined;
  readonly error: DataError | undefined;
}

/** A document, or undefined while it comes. `everyMs`: asked again as long as it is shown. */
export function useData<Value>(address: string | undefined, everyMs?: number): Loaded<Value> {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    listeners.add(again);
    return () => void listeners.delete(again);
  }, []);
  const known = address === undefined ? undefined : entries.get(address);
  useEffect(() => {
    if (address !== undefined && !entries.has(address)) {
      load(address);
      again();
    }
  });
  useEffect(() => {
    if (address === undefined || everyMs === undefined) return;
    // One question at a time: a slow answer is waited for, not piled upon.
    const timer = setInterval(() => {
      if (!document.hidden && entries.get(address)?.pending === undefined) load(address);
    }, everyMs);
    return () => clearInterval(timer);
  }, [address, everyMs]);
  return { value: known?.value as Value | undefined, error: known?.error };
}

export async function post<Answer>(address: string, question: unknown): Promise<Answer> {
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(question) };
  return (await askUntilFree(address, init)) as Answer;
}
