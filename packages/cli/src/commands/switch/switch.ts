import { SWITCH_DEFAULTS, SWITCH_PURPOSES, type SwitchName, SwitchStore } from "@tenon/indexer/operate";
import { cliError } from "../../cli-error.ts";
import { ExitCode } from "../../exit-code.ts";
import { colorsFor } from "../../output/colors.ts";
import { jsonText } from "../../output/json.ts";
import { nearest } from "../../output/nearest.ts";
import { tableLines } from "../../output/table.ts";
import { type ChangeOptions, carryOut } from "../../stores/carry-out.ts";
import { hasTable, type StoreOptions, type Stores, withStores } from "../../stores/open-stores.ts";
import { timeText } from "../../stores/words.ts";
import type { Terminal } from "../../terminal.ts";

export interface SetOptions extends StoreOptions, ChangeOptions {
  readonly reason: string;
}

const NAMES = Object.keys(SWITCH_DEFAULTS) as readonly SwitchName[];

/** `tenon switch list`: every switch, its value, and who turned it why. */
export function switchList(options: StoreOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const store = await requireSwitches(stores);
    const { values } = await store.read();
    const records = await store.records();
    const listed = NAMES.map((name) => {
      const { reason = null, by = null, changedAtMs = null } = records.find((each) => each.name === name) ?? {};
      return {
        name,
        value: values[name],
        default: SWITCH_DEFAULTS[name],
        purpose: SWITCH_PURPOSES[name],
        reason,
        by,
        changedAtMs,
      };
    });
    if (options.json) {
      terminal.out(jsonText({ switches: listed }));
      return ExitCode.pass;
    }
    const { dim } = colorsFor(terminal.color);
    const columns = [
      ...[
        { title: "switch" },
        { title: "value" },
        { title: "turned" },
        { title: "by" },
        { title: "why" },
        { title: "for" },
      ],
    ];
    const rows = listed.map(({ name, value, changedAtMs, by, reason, purpose }) => [
      ...[
        name,
        JSON.stringify(value),
        changedAtMs === null ? "never" : timeText(changedAtMs),
        by ?? "",
        reason ?? "",
        purpose,
      ],
    ]);
    terminal.out(`${tableLines(columns, rows, { head: dim }).join("\n")}\n`);
    return ExitCode.pass;
  });
}

/** `tenon switch set NAME VALUE --reason TEXT`: every process follows within seconds. */
export function switchSet(name: string, value: string, options: SetOptions, terminal: Terminal): Promise<ExitCode> {
  return withStores(options, terminal, async (stores) => {
    const store = await requireSwitches(stores);
    const known = nameOf(name);
    const parsed = switchValue(value);
    const { [known]: before } = (await store.read()).values;
    const isSame = JSON.stringify(before) === JSON.stringify(parsed);
    const by = terminal.environment["USER"] ?? "unknown";
    return carryOut(
      {
        action: `set switch "${known}"`,
        name: known,
        effects: isSame
          ? []
          : [`${JSON.stringify(before)} becomes ${JSON.stringify(parsed)}: ${SWITCH_PURPOSES[known]}`],
        facts: { switch: known, before, after: parsed },
        act: async () => {
          await store.set(known, parsed, { reason: options.reason, by });
          return { said: `switch "${known}" is ${JSON.stringify(parsed)}` };
        },
      },
      options,
      terminal,
    );
  });
}

/** @throws GraphError TENON1715 */
function nameOf(name: string): SwitchName {
  const found = NAMES.find((each) => each === name);
  if (found !== undefined) return found;
  throw cliError("unknownName", {
    message: `there is no switch "${name}"`,
    detail: `there are ${NAMES.join(", ")}`,
    hint: nearest(name, NAMES) ?? "`tenon switch list` shows them with their values",
  });
}

/** JSON, or an instant as people write it. @throws GraphError TENON1700 */
function switchValue(text: string): number | boolean | null {
  if (/^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(Date.parse(text))) return Date.parse(text);
  try {
    return JSON.parse(text) as number | boolean | null;
  } catch {
    throw cliError("wrongUsage", {
      message: `"${text}" is no value of a switch`,
      detail: "expected true, false, null, a number, or a time such as 2026-05-01T12:00Z",
      hint: "`tenon switch list` shows what each one is for",
    });
  }
}

/** @throws GraphError TENON1714 */
async function requireSwitches({ database, place }: Stores): Promise<SwitchStore> {
  if (await hasTable(database, "indexer_switch")) return new SwitchStore(database);
  throw cliError("nothingRan", {
    message: "no indexing process has run yet",
    detail: `the database ${place} holds no switches`,
    hint: "they are made by the first process that opens them",
  });
}
