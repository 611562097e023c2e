import type { ParkedRecord } from "@tenon/stream-runtime";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { tableLines } from "../../output/table.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { taskNamed, taskOperations } from "../../stores/named.ts";
import { type StoreOptions, withStores } from "../../stores/open-stores.ts";
import { digestOf } from "../../stores/redacted.ts";
import { counted, duration, withoutCode } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

const RIGHT = { align: "right" } as const;

/** `tenon log parked <task>`: what was put aside, and why. */
export function logParked(name: string, options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const operations = await taskOperations(stores);
    await taskNamed(name, operations);
    const parked = await operations.parked(name);
    if (options.json) {
      terminal.out(jsonText({ task: name, parked: parked.map(shown) }));
      return ExitCode.pass;
    }
    const columns = [
      ...[
        { title: "partition", ...RIGHT },
        { title: "offset", ...RIGHT },
        { title: "parked", ...RIGHT },
      ],
      ...[
        { title: "code" },
        { title: "owner" },
        { title: "key" },
        { title: "input" },
        { title: "retry" },
        { title: "reason" },
      ],
    ];
    const rows = parked.map((row) => [
      ...[String(row.partition), String(row.offset), `${duration(Math.max(0, Date.now() - row.parkedAtMs))} ago`],
      ...[
        row.code,
        row.owner,
        digestOf(row.key),
        row.inputDigest?.slice(0, 12) ?? "",
        row.wantsRetry ? "asked" : "",
        withoutCode(row.reason, row.code),
      ],
    ]);
    const lines =
      rows.length === 0 ? ["nothing is parked"] : tableLines(columns, rows, { head: colorsFor(terminal.color).dim });
    terminal.out(`${lines.join("\n")}\n`);
    return ExitCode.pass;
  });
}

/** Without key, headers and value, which may be about a person. */
function shown({
  topic,
  partition,
  offset,
  code,
  reason,
  owner,
  inputDigest,
  parkedAtMs,
  wantsRetry,
  key,
}: ParkedRecord) {
  return {
    ...{ topic, partition, offset, key: digestOf(key), code, reason, owner, inputDigest: inputDigest ?? null },
    ...{ parkedAtMs: Math.round(parkedAtMs), wantsRetry },
  };
}

export interface RetryOptions extends StoreOptions, ChangeOptions {
  readonly offset?: readonly number[];
  readonly partition?: number;
  readonly all?: boolean;
}

/** `tenon log retry <task>`. */
export function logRetry(name: string, options: RetryOptions, terminal: Terminal): Promise<ExitCode> {
  const { offset, partition } = options;
  if ((offset === undefined) === (options.all !== true)) {
    throw cliError("wrongUsage", {
      message: "which parked records?",
      hint: "name them with --offset N (again for more), or give --all",
    });
  }
  return withStores(options, terminal, async (stores) => {
    const operations = await taskOperations(stores);
    await taskNamed(name, operations);
    const chosen = (await operations.parked(name)).filter(
      (row) =>
        !row.wantsRetry &&
        (offset === undefined || offset.includes(row.offset)) &&
        (partition === undefined || row.partition === partition),
    );
    const effects = chosen.map(
      ({ partition: own, offset: at, code }) => `partition ${own}, offset ${at}: ${code}, tried again`,
    );
    return carryOut(
      {
        action: `retry ${counted(chosen.length, "parked record")} of task "${name}"`,
        name,
        effects,
        facts: {
          task: name,
          records: chosen.map(({ partition: own, offset: at }) => ({ partition: own, offset: at })),
        },
        act: async () => {
          const marked = await operations.retryParked(name, { offsets: offset ?? "all", partition });
          return {
            said: `${counted(marked, "record")} marked; a worker tries them with its next batch`,
            facts: { marked },
          };
        },
      },
      options,
      terminal,
    );
  });
}
