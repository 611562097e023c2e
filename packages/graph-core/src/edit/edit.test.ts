import { expect, test } from "vitest";
import { GraphError } from "../contract/error.ts";
import { CandidateBatch } from "../values/candidate-batch.ts";
import { F64Column } from "../values/columns.ts";
import { IdColumn } from "../values/id-columns.ts";
import { edit, editWithPatches } from "./index.ts";

interface Campaign {
  readonly status: string;
  readonly budget: { readonly dailyMicros: number; readonly spentMicros: number };
  readonly tags: readonly string[];
  readonly owner: { readonly name: string };
}

const campaign: Campaign = Object.freeze({
  status: "active",
  budget: Object.freeze({ dailyMicros: 100, spentMicros: 7 }),
  tags: Object.freeze(["spring"]),
  owner: Object.freeze({ name: "north" }),
});

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof GraphError ? error.code : String(error);
  }
  return undefined;
}

function everyFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(everyFrozen);
}

test("an edit gives a new value, leaves the old one and shares what did not change", () => {
  const paused = edit(campaign, (draft) => {
    draft.status = "paused";
    draft.budget.dailyMicros = 0;
  });
  expect(paused).toEqual({ ...campaign, status: "paused", budget: { dailyMicros: 0, spentMicros: 7 } });
  expect(campaign.status).toBe("active");
  expect(campaign.budget.dailyMicros).toBe(100);
  expect(paused.owner).toBe(campaign.owner);
});

test("the result is frozen at every depth, also records that the recipe brought in", () => {
  const changed = edit(campaign as { -readonly [Key in keyof Campaign]: Campaign[Key] }, (draft) => {
    draft.owner = { name: "south" };
    draft.tags.push("summer");
  });
  expect(everyFrozen(changed)).toBe(true);
});

test("an edit that changes nothing gives the same value, frozen", () => {
  const open = { a: { b: [1] } };
  expect(edit(open, () => {})).toBe(open);
  expect(everyFrozen(open)).toBe(true);
});

test("columns, batches and class instances are refused", () => {
  const batch = CandidateBatch.of(IdColumn.from([1]), { score: F64Column.from([1]) });
  expect(codeOf(() => edit(batch, () => {}))).toBe("TENON1153");
  expect(codeOf(() => edit(batch.ids, () => {}))).toBe("TENON1153");
  expect(codeOf(() => edit(new Date(0), () => {}))).toBe("TENON1153");
  expect(codeOf(() => editWithPatches(batch, () => {}))).toBe("TENON1153");
});

test("a column inside a record is carried along untouched", () => {
  const scores = F64Column.from([1, 2]);
  const changed = edit({ scores, note: "a" }, (draft) => {
    draft.note = "b";
  });
  expect(changed.scores).toBe(scores);
});

test("an async recipe is a type error and is refused at run time, without an unhandled rejection", async () => {
  const act = () =>
    // @ts-expect-error a recipe may not return a promise
    edit(campaign, async (draft) => {
      draft.status = "late";
    });
  expect(codeOf(act)).toBe("TENON1162");
  const failing = () =>
    // @ts-expect-error a recipe may not return a promise
    edit(campaign, async () => {
      throw new Error("late");
    });
  expect(codeOf(failing)).toBe("TENON1162");
  await Promise.resolve();
});

test("a recipe that returns a value is refused: it would silently replace the whole state", () => {
  // @ts-expect-error a recipe returns nothing
  expect(codeOf(() => edit(campaign, (draft) => draft.tags.length))).toBe("TENON1162");
});

test("patches tell what was done, and the inverse undoes it", () => {
  const { value, patches, inverse } = editWithPatches(campaign, (draft) => {
    draft.budget.dailyMicros = 5;
  });
  expect(value.budget.dailyMicros).toBe(5);
  expect(patches).toEqual([{ op: "replace", path: ["budget", "dailyMicros"], value: 5 }]);
  expect(inverse).toEqual([{ op: "replace", path: ["budget", "dailyMicros"], value: 100 }]);
  expect(everyFrozen(value)).toBe(true);
});
