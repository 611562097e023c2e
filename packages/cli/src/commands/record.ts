import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { dropStrata, recordMarketplace } from "@tenon/admixer";
import {
  type CorpusHeader,
  type RecordedEntry,
  readCorpus,
  requireCorpusPlace,
  type StratifiedRun,
  stratified,
  writeCorpus,
} from "@tenon/dev-run";
import { randomStream } from "@tenon/marketplace";
import { cliError } from "../cli-error.ts";
import { ExitCode } from "../exit-code.ts";
import { colorsFor } from "../output/colors.ts";
import { jsonText } from "../output/json.ts";
import { progressOn } from "../output/progress.ts";
import type { Terminal } from "../terminal.ts";

export interface RecordOptions {
  readonly out: string;
  readonly seed?: number;
  readonly ads?: number;
  readonly users?: number;
  readonly requests?: number;
  readonly perStratum?: number;
  readonly url?: string;
  readonly id?: readonly string[];
  readonly json?: boolean;
}

const DEFAULTS = { seed: 1, ads: 2_000, users: 100, requests: 300 };
/** A host is asked for so many of its kept requests unless some are named. */
const KEPT_MAX = 100;
const ANSWER_MS_MAX = 30_000;

interface Runs {
  readonly header: CorpusHeader;
  readonly entries: readonly RecordedEntry[];
}

/** `tenon record --out FILE`: runs of the marketplace in this process, or those that a host keeps, as a corpus of stand-ins. */
export async function record(options: RecordOptions, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(terminal.folder, options.out);
  // Before minutes of work: a file that cannot be written, an address that is none.
  requireCorpusPlace(path);
  const host = hostOf(options);
  const progress = progressOn(terminal);
  const runs =
    host === undefined
      ? await fromMarketplace(options, progress.step).finally(progress.end)
      : await fromHost(host, options.id, terminal);
  const writer = writeCorpus(path, runs.header, (corpus) => {
    for (const entry of runs.entries) corpus.add(entry);
  });
  const strata = Map.groupBy(runs.entries, ({ stratum }) => stratum);
  const facts = { corpus: path, runs: writer.entries, bytes: writer.bytes, madeBy: runs.header.madeBy };
  if (options.json)
    terminal.out(
      jsonText({ ...facts, strata: Object.fromEntries([...strata].map(([name, of]) => [name, of.length])) }),
    );
  else {
    const { bold, dim } = colorsFor(terminal.color);
    terminal.out(
      `${bold("corpus")} ${path}: ${facts.runs} runs of ${strata.size} strata, ${facts.bytes} bytes ${dim(`(${facts.madeBy})`)}\n`,
    );
  }
  return ExitCode.pass;
}

async function fromMarketplace(options: RecordOptions, onStep: (text: string) => void): Promise<Runs> {
  const { seed, ads, users, requests } = { ...DEFAULTS, ...options };
  const marketplace = recordMarketplace({ seed, adsMax: ads, usersCount: users, requests });
  let made = 0;
  async function* runs(): AsyncGenerator<StratifiedRun> {
    for await (const { entry, ctx } of marketplace.runs()) {
      if (++made % 20 === 0) onStep(`${made} of ${requests} requests`);
      yield { entry, strata: [entry.stratum, ...dropStrata(ctx)] };
    }
  }
  const random = randomStream(seed, "record");
  const entries = await stratified(runs(), options.perStratum ?? requests, () => random.unit());
  return { header: marketplace.header, entries };
}

/** Address of the host to ask; `undefined`: the marketplace in this process. @throws GraphError TENON1700 */
function hostOf({ url, id }: RecordOptions): string | undefined {
  if (url === undefined && id === undefined) return undefined;
  const parsed = url === undefined ? null : URL.parse(url);
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") return url;
  throw cliError("wrongUsage", {
    message: url === undefined ? "--id names a request that a host keeps" : `"${url}" is no address of a host`,
    hint: "for example --url http://127.0.0.1:8787",
  });
}

async function fromHost(url: string, id: readonly string[] | undefined, terminal: Terminal): Promise<Runs> {
  const ask = async (path: string): Promise<Response> => {
    const token = terminal.environment["TENON_ADMIN_TOKEN"];
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await fetch(new URL(path, url), { headers, signal: AbortSignal.timeout(ANSWER_MS_MAX) }).catch(
      (error: Error) => {
        throw silent(url, error.message, error);
      },
    );
    if (!answer.ok)
      throw silent(url, `${path} was answered with ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    return answer;
  };
  const ids =
    id ?? ((await (await ask("/v1/traces")).json()) as { requestIds: readonly string[] }).requestIds.slice(0, KEPT_MAX);
  const folder = mkdtempSync(join(tmpdir(), "tenon-record-"));
  try {
    const corpora = [];
    for (const [at, each] of ids.entries()) {
      const file = join(folder, `${at}.runs`);
      writeFileSync(file, Buffer.from(await (await ask(`/v1/recordings/${encodeURIComponent(each)}`)).arrayBuffer()));
      const corpus = readCorpus(file);
      corpora.push({ header: corpus.header, entries: [...corpus.entries()] });
    }
    const [first] = corpora;
    if (first !== undefined)
      return { header: { ...first.header, madeBy: `host ${url}` }, entries: corpora.flatMap(({ entries }) => entries) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  throw cliError("nothingRan", {
    message: `the host at ${url} keeps no requests`,
    detail: "a share of checkedShare of the requests is traced and kept",
    hint: "send one with the header x-tenon-trace: 1, then record",
  });
}

function silent(url: string, detail: string, cause?: unknown): Error {
  return cliError("hostSilent", {
    message: `the host at ${url} gives no recordings`,
    detail,
    hint: "`tenon up` starts one; a host beyond this machine wants TENON_ADMIN_TOKEN",
    cause,
  });
}
