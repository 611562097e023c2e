import type { Key } from "@tenon/storage-repo/api";
import type { ParkedWork, SinkStatus, WorkStatus } from "@tenon/stream-runtime";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { tableLines } from "../../output/table.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { unknownName } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { bigintsAsNumbers, requireWorkStore, waitingMessages } from "../../stores/repo-words.ts";
import { counted, duration } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

const RIGHT = { align: "right" } as const;

/** `tenon repo work [handler]`: queues per handler and lane, and what was put aside. */
export function repoWork(handler: string | undefined, options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const store = await requireWorkStore(stores);
    const all = await store.status();
    if (handler !== undefined) requireHandler(handler, all);
    const queues = all.filter((each) => handler === undefined || each.handler === handler);
    const parked = await store.parked(handler);
    const messages = await waitingMessages(stores);
    if (options.json) terminal.out(bigintsAsNumbers({ queues, parked, messages }));
    else {
      const { dim } = colorsFor(terminal.color);
      const items = parked.length === 0 ? [] : ["", ...parkedLines(parked, dim)];
      terminal.out(`${[...workLines(queues, dim), ...messageLines(messages, dim), ...items].join("\n")}\n`);
    }
    return ExitCode.pass;
  });
}

export function workLines(queues: readonly WorkStatus[], head: (line: string) => string): readonly string[] {
  if (queues.length === 0) return ["no work waits"];
  const columns = [
    ...[{ title: "handler" }, { title: "lane" }, { title: "waiting", ...RIGHT }, { title: "oldest", ...RIGHT }],
    { title: "parked", ...RIGHT },
  ];
  const rows = queues.map(({ handler, lane, waiting, parked, oldestMs }) => [
    ...[handler, lane, String(waiting), waiting > 0 ? duration(oldestMs) : "", String(parked)],
  ]);
  return tableLines(columns, rows, { head });
}

/** What handlers have sent and the log does not have yet; nothing while nothing waits. */
export function messageLines(messages: readonly SinkStatus[], head: (line: string) => string): readonly string[] {
  if (messages.length === 0) return [];
  const columns = [{ title: "messages to" }, { title: "waiting", ...RIGHT }, { title: "oldest", ...RIGHT }];
  const rows = messages.map(({ topic, waiting, oldestMs }) => [topic, String(waiting), duration(oldestMs)]);
  return ["", ...tableLines(columns, rows, { head })];
}

function parkedLines(parked: readonly ParkedWork[], head: (line: string) => string): readonly string[] {
  const columns = [
    ...[{ title: "handler" }, { title: "key" }, { title: "lane" }, { title: "runs", ...RIGHT }, { title: "code" }],
    ...[{ title: "input" }, { title: "reason" }],
  ];
  const rows = parked.map(({ handler, key, lane, attempts, code, reason, inputDigest }) => [
    ...[handler, String(key), lane, String(attempts), code, inputDigest?.slice(0, 12) ?? "", reason],
  ]);
  return tableLines(columns, rows, { head });
}

export interface RepoRetryOptions extends StoreOptions, ChangeOptions {
  readonly key?: readonly string[];
  readonly all?: boolean;
}

/** `tenon repo retry <handler>`. */
export function repoRetry(handler: string, options: RepoRetryOptions, terminal: Terminal): Promise<ExitCode> {
  const { key } = options;
  if ((key === undefined) === (options.all !== true)) {
    throw cliError("wrongUsage", {
      message: "which parked items?",
      hint: "name them with --key KEY (again for more), or give --all",
    });
  }
  return withStores(options, terminal, async (stores) => {
    const store = await requireWorkStore(stores);
    requireHandler(handler, await store.status());
    const chosen = (await store.parked(handler)).filter((item) => key === undefined || key.includes(String(item.key)));
    const keys: readonly Key[] = chosen.map((item) => item.key);
    return carryOut(
      {
        action: `retry ${counted(chosen.length, "parked item")} of handler "${handler}"`,
        name: handler,
        effects: chosen.map((item) => `key ${item.key}: ${item.code}, run again in lane ${item.lane}`),
        facts: { handler, keys },
        act: async () => {
          const marked = await store.retryParked(handler, key === undefined ? undefined : keys);
          return { said: `${counted(marked, "item")} waiting again`, facts: { marked } };
        },
      },
      options,
      terminal,
    );
  });
}

/** @throws GraphError TENON1715 for a handler that has no work at all: the store knows no others */
function requireHandler(handler: string, status: readonly WorkStatus[]): void {
  if (status.some((each) => each.handler === handler)) return;
  const names = [...new Set(status.map((each) => each.handler))];
  throw unknownName("work of a handler", handler, names, "`tenon repo work` lists handlers that have any");
}
