/** What `npm run -s bench -- <suite> --json` writes. */
export interface Report {
  readonly goals: readonly Goal[];
  readonly rows: readonly Readonly<Record<string, string | number>>[];
}

interface Goal {
  readonly id: string;
  readonly what: string;
  readonly value: number;
  readonly goal: string;
  readonly ok: boolean;
}

/** Nodes shown by their share of processor time. */
const NODES_SHOWN_MAX = 8;

const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** Bounds as short as they are said: `≤ 1/15` instead of sixteen decimals. */
function bound(goal: string): string {
  const [sign = "", number = ""] = goal.replace("<=", "≤").replace(">=", "≥").split(" ");
  const inverse = Math.round(1 / Number(number));
  const isFraction = number.length > 4 || number === "0.025";
  return `${sign} ${isFraction ? `1/${inverse}` : number}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** One goal per row; the last column says which are missed. */
export function goalsTable({ goals }: Report): string {
  const rows = goals.map(({ id, what, value, goal, ok }) => [id, what, bound(goal), digits(value), ok ? "" : "missed"]);
  return table(["goal", "what", "bound", "measured", ""], rows);
}

/** Processor time of the libraries on b1, and how much more that is than ours. */
export function peersTable({ rows }: Report): string {
  const peers = rows.filter(({ workload }) => workload === "b1 peers");
  const ours = Number(peers.find(({ name }) => name === "tenon")?.ns);
  return table(
    ["", ...peers.map(({ name }) => (name === "hand" ? "hand-written" : String(name)))],
    [
      ["µs per request", ...peers.map(({ ns }) => digits(Number(ns) / 1_000))],
      ["against Tenon", ...peers.map(({ ns }) => `${digits(Number(ns) / ours)}×`)],
    ],
  );
}

/** The serving host: what it does per second, whose time it is, what it allocates, how it starts. */
export function hostTable(report: Report): string {
  const { goals, rows } = report;
  const facts = rows.filter(({ workload }) => workload !== undefined);
  const layers = rows.filter(({ layer }) => layer !== undefined);
  const nodes = rows.filter(({ node }) => node !== undefined).slice(0, NODES_SHOWN_MAX);
  const shares = (kind: string, given: Report["rows"]) =>
    given.map((row) => `${row[kind]} ${digits(Number(row.percent))} %`).join(" · ");
  return table(
    ["", "measured"],
    [
      ...facts.map(({ workload, ...rest }) => [
        String(workload),
        Object.entries(rest)
          .map(([name, value]) => `${name} ${typeof value === "number" ? digits(value) : value}`)
          .join(" · "),
      ]),
      ["share of processor time", shares("layer", layers)],
      ["largest nodes", shares("node", nodes)],
      ...goals.map(({ what, value, goal, ok }) => [what, `${digits(value)}, ${bound(goal)}${ok ? "" : ", missed"}`]),
    ],
  );
}
