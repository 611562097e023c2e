/** `changes.expect.json`: what a pull request means to change. What it names is green; what it names in vain is a finding. */
import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { reportError } from "../report-error.ts";
import type { Draft } from "./findings/value-findings.ts";
import type { Field, Report } from "./report-schema.ts";

const ExpectationSchema = z.strictObject({
  /** `slot`, `slot.path`, or `node:name` for a change of the graph. */
  field: z.string().min(1),
  direction: z.enum(["any", "up", "down", "added", "removed"]).default("any"),
  /** Largest relative error, a share; absent: any. */
  bound: z.number().min(0).optional(),
  /** Why, in one line, for the reviewer. */
  reason: z.string().optional(),
});
const IgnoreSchema = z.strictObject({
  field: z.string().min(1),
  owner: z.string().min(1),
  reason: z.string().min(1),
  /** Last day on which it holds, `2026-12-31`. */
  until: z.iso.date(),
});
const ExpectedChangesSchema = z.strictObject({
  expect: z.array(ExpectationSchema).default([]),
  ignore: z.array(IgnoreSchema).default([]),
});

export type ExpectedChanges = z.infer<typeof ExpectedChangesSchema>;

export const EXPECT_FILE = "changes.expect.json";
const NOTHING: ExpectedChanges = { expect: [], ignore: [] };

/** @throws GraphError TENON2037 for a file that is not of this form */
export function readExpectedChanges(path: string): ExpectedChanges {
  if (!existsSync(path)) return NOTHING;
  try {
    return ExpectedChangesSchema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (cause) {
    throw reportError("wrongSettings", {
      message: `"${path}" holds no expected changes`,
      detail: cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message,
      hint: 'write { "expect": [{ "field": "chargedPrice.priceMicros", "direction": "up", "bound": 0.1 }] }',
      cause,
    });
  }
}

export interface Judged {
  readonly drafts: readonly Draft[];
  readonly expected: readonly {
    readonly field: string;
    readonly direction: string;
    readonly bound: number | null;
    readonly draft: Draft | undefined;
  }[];
  readonly ignored: Report["trust"]["ignored"];
}

/** Turns expected findings green, leaves ignored fields out, and adds a finding for each expectation that nothing met. */
export function judge(drafts: readonly Draft[], { expect, ignore }: ExpectedChanges, today: string): Judged {
  const living = ignore.filter(({ until }) => until >= today);
  const left = drafts.flatMap((draft) => withoutIgnored(draft, living));
  const met = expect.map((each) => ({ each, draft: left.find((draft) => meets(draft, each)) }));
  const green = new Set(met.flatMap(({ draft }) => draft ?? []));
  const unmet = met.filter(({ draft }) => draft === undefined).map(({ each }) => unmetDraft(each));
  const turned = new Map(
    left.map((draft) => [draft, green.has(draft) ? { ...draft, severity: "expected" as const } : draft]),
  );
  return {
    drafts: [...turned.values(), ...unmet],
    expected: met.map(({ each: { field, direction, bound }, draft }) => ({
      ...{ field, direction, bound: bound ?? null },
      draft: draft && turned.get(draft),
    })),
    ignored: ignore.map((rule) => ({
      ...rule,
      applied: drafts
        .flatMap(({ fields }) => fields)
        .filter((field) => living.includes(rule) && isAt(field, rule.field)).length,
    })),
  };
}

function meets(
  draft: Draft,
  { field, direction, bound = Number.POSITIVE_INFINITY }: ExpectedChanges["expect"][number],
): boolean {
  if (field.startsWith("node:")) return draft.node === field.slice("node:".length) && isGraphChange(draft, direction);
  const [first] = draft.fields.filter((each) => isAt(each, field) && each.firstNode === draft.node);
  if (first === undefined) return false;
  return (first.relativeErrorMax ?? 0) <= bound && (direction === "any" || direction === directionOf(first));
}

function isGraphChange({ causes }: Draft, direction: string): boolean {
  return direction === "any" || causes.some(({ detail }) => detail.includes(direction));
}

function isAt({ slot, path }: Field, field: string): boolean {
  return field === slot || field === (path === "" ? slot : `${slot}.${path}`);
}

function directionOf({ examples, cellsOnlyInBase, cellsOnlyInHead, cellsChanged }: Field): string {
  if (cellsChanged === 0) return cellsOnlyInHead > 0 && cellsOnlyInBase === 0 ? "added" : "removed";
  const [first] = examples;
  const [base, head] = [Number(first?.base), Number(first?.head)];
  return head > base ? "up" : "down";
}

/** A finding all of whose fields are ignored is none. */
function withoutIgnored(draft: Draft, ignore: ExpectedChanges["ignore"]): readonly Draft[] {
  if (draft.fields.length === 0) return [draft];
  const fields = draft.fields.filter((field) => !ignore.some((rule) => isAt(field, rule.field)));
  return fields.length === 0 ? [] : [{ ...draft, fields }];
}

function unmetDraft({ field, direction }: ExpectedChanges["expect"][number]): Draft {
  return {
    ...{ kind: "expectation", severity: "review", graph: "", node: field, owner: "", place: null },
    title: `${EXPECT_FILE} expects "${field}" to change (${direction}), and it does not`,
    causes: [{ kind: "unexplained", detail: "no finding meets it" }],
    ...{ entriesAffected: 0, entriesCompared: 0, downstream: [], effect: [], fields: [], fieldsMore: 0, examples: [] },
  };
}
