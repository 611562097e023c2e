import type { Immutable } from "./immutable.ts";
import type { OwnerName } from "./owners.ts";
import { callerPlace, type Place } from "./place.ts";

/** What a restricted value may be used for; a node that reads it must process for one of these purposes. */
export type Purpose = "delivery" | "personalisation" | "measurement" | "training";

/** Labels that travel with a value along the graph until a node declassifies them. */
export interface SlotTags {
  /** Holds personal data: may not reach a logged or outside slot without a declassifier. */
  readonly pii?: boolean;
  /** Restricts the processing purposes of every node that reads this value or anything derived from it. */
  readonly purpose?: readonly Purpose[];
  /** Where the host takes this value: into a log, or out of the process. Absent: it stays inside the run. */
  readonly leaves?: "log" | "outside";
  /** Read by nobody in the graph on purpose (kept for analysis, for the studio). Silences `unread-output`. */
  readonly keptFor?: string;
  /** Values that this one presupposes: its producer reads them, directly or through other nodes. E.g. an input offset follows the write set it confirms, an index manifest the watermark it was built at. */
  readonly follows?: readonly AnySlot[];
  /** Values that the host makes real together with this one, in one commit: a graph that responds with it responds with all of them. */
  readonly commitsWith?: readonly AnySlot[];
}

export interface SlotOptions extends SlotTags {
  readonly owner: OwnerName;
  /** One line: what the value means. */
  readonly purposeOf?: string;
  /** Unit of a numeric value or column, e.g. `"micros"`, `"ms"`, `"probability"`. */
  readonly unit?: string;
}

/**
 * A typed, named value of a run: an imported token. Exactly one node (or the request) produces it in a run,
 * and its value never changes afterwards.
 */
export interface Slot<Name extends string = string, Value = unknown> {
  readonly kind: "slot";
  readonly name: Name;
  /** The zod schema, opaque here: node and graph types carry no zod type. */
  readonly schema: unknown;
  readonly owner: string;
  readonly tags: SlotTags;
  readonly unit: string | undefined;
  readonly summary: string | undefined;
  readonly place: Place | undefined;
  /** Carries the value type for the type checker; absent at run time. */
  readonly valueType: Value;
}

// biome-ignore lint/suspicious/noExplicitAny: the widest slot, whatever its value type
export type AnySlot = Slot<string, any>;

/** The value a slot holds, deep-readonly. */
export type ValueOf<Token extends AnySlot> = Token["valueType"];

/**
 * Any zod schema. Stated by the one property that is read: comparing each schema with zod's whole class
 * would be half of the type checker's work on a graph.
 */
export interface ZodSchema {
  readonly _zod: { readonly output: unknown };
}

/**
 * Declares a slot. The schema is read once, here: nodes and graphs carry only the slot's name in their types.
 *
 * A schema outside the closed value universe does not throw; `checkGraph` reports it as `TENON1001`.
 *
 * @example
 * export const UserCounts = slot("userCounts", z.object({ shownToday: z.int() }), { owner: "ads-delivery" });
 */
export function slot<const Name extends string, Schema extends ZodSchema>(
  name: Name,
  schema: Schema,
  options: SlotOptions,
): Slot<Name, Immutable<Schema["_zod"]["output"]>> {
  const { owner, unit, purposeOf, ...tags } = options;
  return Object.freeze({
    kind: "slot",
    name,
    schema,
    owner,
    unit,
    summary: purposeOf,
    tags: Object.freeze(tags),
    place: callerPlace(1),
  } satisfies Omit<Slot, "valueType">) as unknown as Slot<Name, Immutable<Schema["_zod"]["output"]>>;
}
