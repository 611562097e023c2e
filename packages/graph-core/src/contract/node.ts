import type { CandidateBatch } from "../values/candidate-batch.ts";
import type { NodeContext } from "./context.ts";
import type { OwnerName } from "./owners.ts";
import { callerPlace, type Place } from "./place.ts";
import type { AnyResource } from "./resource.ts";
import type { AnySlot, Purpose, Slot } from "./slot.ts";

/** Attempts after the first one that an async node may take, for failures only (never after the deadline). */
export interface RetryPolicy {
  readonly attemptsMax: number;
}

/** How a model or a log reads a feature snapshot: the facts behind "what was scored is what was logged". */
export interface FeatureUse {
  /** The slot that holds the `FeatureSnapshot`. */
  readonly snapshot: AnySlot;
  /** The features used, by name; `"all"` for every feature of the snapshot's schema. */
  readonly features: readonly string[] | "all";
  /** Why these features are scored but not logged. Absent: they must be logged from the same snapshot. */
  readonly unlogged?: string;
}

/** How several sources become one value. Completion order is never a policy. */
export interface MergePolicy {
  readonly policy: "concat" | "unionById" | "firstPresent" | "latestByEventTime";
  /** Ends every tie, so that the result does not depend on the order of arrival. */
  readonly tieBreak: "id" | "graphPosition";
}

/**
 * The order of the candidates that a node gives out: that of the batch it reads, or a total order of its own. Equal keys
 * are ordered by id, never by the order of arrival.
 */
export type OrderPolicy =
  | "asRead"
  | {
      /** What is compared, the first key first, in words or as column names, e.g. `["ecpmMicros, descending"]`. */
      readonly by: readonly string[];
      readonly tieBreak: "id";
    };

/**
 * Stored columns of one table that a node handles. Checked over all graphs together: one writer per column, every
 * column that is read has a writer, no circle of notifications.
 */
export interface ColumnUse {
  readonly table: string;
  /** Columns whose changes start the node. */
  readonly watches?: readonly string[];
  /** Further columns that it reads from storage. */
  readonly reads?: readonly string[];
  /** Columns that the node's write set sets. */
  readonly writes?: readonly string[];
  /** Most rounds after which a circle of notifications through this node stands still. Absent: no circle is allowed. */
  readonly roundsMax?: number;
}

/** Contract data shared by every node kind: declared once, checked, drawn, never executed. */
export interface NodeContract {
  readonly owner: OwnerName;
  /** One line: what the node is for. */
  readonly purpose: string;
  /** Longest time the node should take. A node that can degrade is cut there; others are cut at the deadline only. */
  readonly budgetMs?: number;
  /** Runs only when this slot holds `true`; its outputs are absent otherwise. */
  readonly when?: AnySlot;
  /** Set on a node that feeds a model: what the model reads. */
  readonly scores?: FeatureUse;
  /** Set on a node that builds the log record: what it logs, one entry per snapshot. */
  readonly logs?: readonly FeatureUse[];
  /** Set on a node that joins several sources. */
  readonly merges?: MergePolicy;
  /** Set on a node that reads candidates and writes candidates: in which order. */
  readonly orders?: OrderPolicy;
  /** Set on an indexing node: the stored columns it handles. */
  readonly columns?: readonly ColumnUse[];
  /** Labels this node removes from what it reads, with the reason: makes it a declassifier. */
  readonly declassifies?: { readonly labels: readonly ("pii" | Purpose)[]; readonly reason: string };
  /** What the node processes restricted values for. Needed only where an input is restricted to purposes. */
  readonly processesFor?: Purpose;
}

/** What `run` gets: every required slot, and every soft slot or `undefined`. */
export type InputsOf<Reads extends readonly AnySlot[], Soft extends readonly AnySlot[]> = {
  readonly [Token in Reads[number] as Token["name"]]: Token["valueType"];
} & { readonly [Token in Soft[number] as Token["name"]]: Token["valueType"] | undefined };

/** What `run` must return: exactly the written slots. */
export type OutputsOf<Writes extends readonly AnySlot[]> = {
  readonly [Token in Writes[number] as Token["name"]]: Token["valueType"];
};

/**
 * Stands for the outputs while `writes` is not inferred yet, which is when the checker reads a `run` without parameters:
 * keeps `"ok"` from becoming `string`, and a pair from becoming an array.
 */
type Literal =
  | ""
  | 0
  | 0n
  | false
  | null
  | undefined
  | readonly []
  | readonly [Literal, ...Literal[]]
  | { readonly [name: string]: Literal };
type LiteralOutputs = { readonly [name: string]: Literal };
type LooseOutputs<Writes extends readonly AnySlot[]> = unknown extends Writes[number]["valueType"]
  ? LiteralOutputs | Promise<LiteralOutputs>
  : OutputsOf<Writes>;

export type UsesOf<Uses extends readonly AnyResource[]> = {
  readonly [Token in Uses[number] as Token["name"]]: Token["valueType"];
};

/** What happens when a node fails, is cut or is switched off. `omit` needs every reader to take the slots as soft. */
export type FailurePolicy<Outputs> = "failRequest" | "omit" | { readonly fallback: Outputs };

export type NodeKind = "node" | "filter" | "map";

/**
 * What a graph can hold in `nodes`: a node or a subgraph. Only slot and resource *names* are in the type: value types
 * stay inside the node, which keeps the type work of a graph linear in its nodes.
 */
export interface Part<
  Reads extends string = string,
  Soft extends string = string,
  Writes extends string = string,
  Uses extends string = string,
> {
  readonly kind: NodeKind | "subgraph";
  /** Names only, for the type checker; absent at run time. */
  readonly names: { readonly reads: Reads; readonly soft: Soft; readonly writes: Writes; readonly uses: Uses };
}

export interface Node<
  Reads extends string = string,
  Soft extends string = string,
  Writes extends string = string,
  Uses extends string = string,
> extends Part<Reads, Soft, Writes, Uses> {
  readonly kind: NodeKind;
  readonly definition: NodeDefinition;
}

/** A node's contract and code, untyped: what checks, the compiler and tools read. */
export interface NodeDefinition extends NodeContract {
  readonly kind: NodeKind;
  readonly reads: readonly AnySlot[];
  readonly soft: readonly AnySlot[];
  readonly writes: readonly AnySlot[];
  readonly uses: readonly AnyResource[];
  readonly onFailure: FailurePolicy<Readonly<Record<string, unknown>>> | undefined;
  readonly retry: RetryPolicy | undefined;
  /** True where `run` may return a promise. */
  readonly async: boolean;
  /** Candidate batch that a `filter` narrows or a `map` adds columns to. */
  readonly of: AnySlot | undefined;
  readonly place: Place | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: erased on purpose, the typed signature is in node(), filter() and map()
  readonly run: (inputs: any, context: NodeContext<any>) => unknown;
}

type NamesOf<Tokens extends readonly { readonly name: string }[]> = Tokens[number]["name"];

export type NodeRun<
  Reads extends readonly AnySlot[],
  Soft extends readonly AnySlot[],
  Writes extends readonly AnySlot[],
  Uses extends readonly AnyResource[],
  Async extends boolean,
> = (
  inputs: InputsOf<Reads, Soft>,
  context: NodeContext<UsesOf<Uses>>,
) =>
  | (string extends Writes[number]["name"] ? LooseOutputs<Writes> : OutputsOf<Writes>)
  | (Async extends true
      ? Promise<string extends Writes[number]["name"] ? LooseOutputs<Writes> : OutputsOf<Writes>>
      : never);

// biome-ignore lint/suspicious/noExplicitAny: the widest run
type AnyRun = (inputs: any, context: any) => unknown;

/** Where `run` returns `any` or `never`, there are no names to compare. */
type NotWritten<Returned, Names> = [Returned] extends [Names]
  ? unknown
  : string extends Returned
    ? unknown
    : `run returns '${Exclude<Returned, Names> & string}', which is not in writes`;

/** A promise can fail: what happens then is decided in the contract, not by silence. */
type DeclaredFailure<Async> = [Async] extends [true] ? { readonly onFailure: unknown } : unknown;

export interface NodeOptions<
  Reads extends readonly AnySlot[],
  Soft extends readonly AnySlot[],
  Writes extends readonly AnySlot[],
  Uses extends readonly AnyResource[],
  Async extends boolean,
  Run extends AnyRun = NodeRun<Reads, Soft, Writes, Uses, Async>,
> extends NodeContract {
  /** Slots the node needs: it starts the moment all of them are there. */
  readonly reads: Reads;
  /** Slots the node can do without: `undefined` in `run` when absent. */
  readonly soft?: Soft;
  // A sentence where `run` returns a slot that is not written; `unknown`, which changes nothing, otherwise. Written out
  // here: an alias would cost every node of a large graph.
  readonly writes: Writes &
    (keyof ReturnType<Run> extends Writes[number]["name"]
      ? unknown
      : NotWritten<keyof (Async extends true ? Awaited<ReturnType<Run>> : ReturnType<Run>), Writes[number]["name"]>);
  /** Read-only resources, given as `context.uses`. */
  readonly uses?: Uses;
  /** State it when `run` returns a promise: sync and async nodes are compiled differently. */
  readonly async?: Async;
  readonly retry?: RetryPolicy;
  /** Required for an async node. */
  readonly onFailure?: FailurePolicy<OutputsOf<Writes>>;
  readonly run: Run;
}

/**
 * Declares a node: a pure function from declared slots and resources to declared slots.
 *
 * Its name in a graph is its key in `nodes`. Throw freely in `run`: the plan adds graph, node, owner and a digest of
 * the inputs, and applies `onFailure` (default `"failRequest"`).
 *
 * @example
 * export const rank = node({
 *   owner: "ads-ranking", purpose: "predicts the click probability of every candidate",
 *   reads: [Candidates, Features], writes: [Ctr], uses: [CtrModel],
 *   run: ({ candidates, features }, { uses }) => ({ ctr: uses.ctrModel.score(candidates, features) }),
 * });
 */
export function node<
  const Reads extends readonly AnySlot[],
  const Writes extends readonly AnySlot[],
  const Soft extends readonly AnySlot[] = readonly [],
  const Uses extends readonly AnyResource[] = readonly [],
  const Async extends boolean = false,
  // A type parameter, because only then do the written slots type the literals that `run` returns.
  Run extends NodeRun<Reads, Soft, Writes, Uses, Async> = NodeRun<Reads, Soft, Writes, Uses, Async>,
>(
  options: NodeOptions<Reads, Soft, Writes, Uses, Async, Run> & DeclaredFailure<Async>,
): Node<Reads[number]["name"], Soft[number]["name"], Writes[number]["name"], Uses[number]["name"]> {
  return defineNode("node", options, undefined, callerPlace(1));
}

/** Why a candidate was dropped. `threshold` and `value` are what the rule compared, in the rule's own unit. */
export interface Drop {
  readonly reason: string;
  readonly threshold: number | string | undefined;
  readonly value: number | string | undefined;
}

/** Says why a candidate is dropped; returned by a filter's verdict. */
export function drop(reason: string, threshold?: number | string, value?: number | string): Drop {
  return { reason, threshold, value };
}

/** A filter's verdict on one row of the batch: `undefined` keeps the candidate. Called once per row, in row order. */
export type Verdict = (row: number) => Drop | undefined;

type BatchSlot = Slot<string, CandidateBatch>;

/** What happens when a filter fails: the request fails, or every candidate gets one verdict. */
export type VerdictPolicy = "failRequest" | "keepAll" | { readonly dropAll: string };

export interface FilterOptions<
  Of extends BatchSlot,
  Kept extends BatchSlot,
  Reads extends readonly AnySlot[],
  Soft extends readonly AnySlot[],
  Uses extends readonly AnyResource[],
  Async extends boolean,
> extends NodeContract {
  /** The candidates to judge; they are also in `inputs`. */
  readonly of: Of;
  /** Receives the kept candidates, in the same order. */
  readonly kept: Kept;
  readonly reads?: Reads;
  readonly soft?: Soft;
  readonly uses?: Uses;
  readonly async?: Async;
  readonly retry?: RetryPolicy;
  /** `"keepAll"` and `"dropAll"` judge every candidate alike when the node fails; `dropAll` records `reason`. Required for an async filter. */
  readonly onFailure?: VerdictPolicy;
  readonly run: FilterRun<InputsOf<readonly [Of, ...Reads], Soft>, NodeContext<UsesOf<Uses>>, Async>;
}

/** Chosen as a whole, so that the verdict's `row` is typed in an async run as well. */
type FilterRun<Inputs, Context, Async extends boolean> = Async extends true
  ? (inputs: Inputs, context: Context) => Verdict | Promise<Verdict>
  : (inputs: Inputs, context: Context) => Verdict;

/**
 * Declares a filter: judges each candidate of a batch, keeps it or drops it with a reason. The runtime builds the kept
 * batch and the reason ledger from the verdicts, so every candidate that enters leaves as kept or dropped, exactly once.
 *
 * @example
 * export const capByFrequency = filter({
 *   owner: "ads-delivery", purpose: "drops ads this user has seen too often",
 *   of: Candidates, kept: CappedCandidates, reads: [UserCounts], uses: [FrequencyPolicy],
 *   run: ({ userCounts }, { uses }) => {
 *     const shownMax = uses.frequencyPolicy.shownPerDayMax;
 *     return (row) => (userCounts.at(row) >= shownMax ? drop("frequency_capped", shownMax, userCounts.at(row)) : undefined);
 *   },
 * });
 */
export function filter<
  const Of extends BatchSlot,
  const Kept extends BatchSlot,
  const Reads extends readonly AnySlot[] = readonly [],
  const Soft extends readonly AnySlot[] = readonly [],
  const Uses extends readonly AnyResource[] = readonly [],
  const Async extends boolean = false,
>(
  options: FilterOptions<Of, Kept, Reads, Soft, Uses, Async> & DeclaredFailure<Async>,
): Node<Of["name"] | NamesOf<Reads>, NamesOf<Soft>, Kept["name"], NamesOf<Uses>> {
  const { of, kept, onFailure, ...rest } = options;
  const reads = [of, ...(options.reads ?? [])];
  return defineNode(
    "filter",
    { ...rest, reads, writes: [kept], ...(onFailure !== undefined && { onFailure: verdictPolicy(onFailure) }) },
    of,
    callerPlace(1),
  );
}

export interface MapOptions<
  Of extends BatchSlot,
  Reads extends readonly AnySlot[],
  Soft extends readonly AnySlot[],
  Writes extends readonly AnySlot[],
  Uses extends readonly AnyResource[],
  Async extends boolean,
  Run extends AnyRun = NodeRun<readonly [Of, ...Reads], Soft, Writes, Uses, Async>,
> extends Omit<NodeOptions<readonly [Of, ...Reads], Soft, Writes, Uses, Async, Run>, "reads"> {
  /** The candidates the columns belong to; they are also in `inputs`. */
  readonly of: Of;
  readonly reads?: Reads;
}

/**
 * Declares a map: adds columns (or a `FeatureSnapshot`) to a batch, one value per candidate, in the batch's order.
 * The runtime refuses an output whose length is not the batch's.
 */
export function map<
  const Of extends BatchSlot,
  const Writes extends readonly AnySlot[],
  const Reads extends readonly AnySlot[] = readonly [],
  const Soft extends readonly AnySlot[] = readonly [],
  const Uses extends readonly AnyResource[] = readonly [],
  const Async extends boolean = false,
  Run extends NodeRun<readonly [Of, ...Reads], Soft, Writes, Uses, Async> = NodeRun<
    readonly [Of, ...Reads],
    Soft,
    Writes,
    Uses,
    Async
  >,
>(
  options: MapOptions<Of, Reads, Soft, Writes, Uses, Async, Run> & DeclaredFailure<Async>,
): Node<Of["name"] | NamesOf<Reads>, NamesOf<Soft>, NamesOf<Writes>, NamesOf<Uses>> {
  const { of, ...rest } = options;
  return defineNode("map", { ...rest, reads: [of, ...(options.reads ?? [])] }, of, callerPlace(1));
}

function verdictPolicy(policy: VerdictPolicy): unknown {
  if (policy === "failRequest") return policy;
  const dropped = policy === "keepAll" ? undefined : drop(policy.dropAll);
  return { fallback: () => dropped };
}

function defineNode(
  kind: NodeKind,
  options: object,
  of: AnySlot | undefined,
  place: Place | undefined,
): Node<never, never, never, never> {
  // Fields that the options leave out get their neutral value, so that readers of a definition never ask twice.
  const definition = { soft: [], uses: [], async: false, ...options, kind, of, place } as unknown as NodeDefinition;
  return Object.freeze({ kind, definition: Object.freeze(definition) }) as unknown as Node<never, never, never, never>;
}
