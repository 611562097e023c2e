import type { NodeDefinition } from "../contract/node.ts";
import type { AnySlot, Purpose } from "../contract/slot.ts";
import { type DefinitionReader, describe, isRecord, isSlot, type Subject } from "./definition-reader.ts";

/** Every field of a node definition, so that a misspelt one is noticed. A new field that is missing here does not compile. */
const FIELDS: Readonly<Record<keyof NodeDefinition, true>> = {
  kind: true,
  owner: true,
  purpose: true,
  reads: true,
  soft: true,
  writes: true,
  uses: true,
  of: true,
  when: true,
  async: true,
  retry: true,
  onFailure: true,
  budgetMs: true,
  scores: true,
  logs: true,
  merges: true,
  orders: true,
  columns: true,
  declassifies: true,
  processesFor: true,
  place: true,
  run: true,
};

const PURPOSES: Readonly<Record<Purpose, true>> = {
  delivery: true,
  personalisation: true,
  measurement: true,
  training: true,
};

/** A node definition that later rules can rely on: lists are lists of tokens, texts are texts. */
export function soundNode(reader: DefinitionReader, subject: Subject, definition: NodeDefinition): NodeDefinition {
  reader.keys(subject, definition, FIELDS);
  const owner = reader.text(subject, "owner", definition.owner, "name the team that answers for the node");
  const purpose = reader.text(subject, "purpose", definition.purpose, "say in one line what the node is for");
  const taken = new Map<string, string>();
  const sound: Partial<NodeDefinition> = {
    owner,
    purpose,
    reads: reader.slots(subject, "reads", definition.reads, taken),
    soft: reader.slots(subject, "soft", definition.soft, taken),
    writes: reader.slots(subject, "writes", definition.writes, new Map()),
    uses: reader.resources(subject, "uses", definition.uses),
    when: optionalSlot(reader, subject, "when", definition.when),
    of: optionalSlot(reader, subject, "of", definition.of),
  } as Partial<NodeDefinition>;
  checkCode(reader, subject, definition);
  checkRetry(reader, subject, definition);
  checkFailure(reader, subject, definition);
  return {
    ...definition,
    ...sound,
    ...soundBudget(reader, subject, definition),
    ...soundFacts(reader, subject, definition),
  };
}

function optionalSlot(reader: DefinitionReader, subject: Subject, field: string, value: unknown): AnySlot | undefined {
  if (value === undefined || isSlot(value)) return value as AnySlot | undefined;
  reader.whole = false;
  reader.report(
    subject,
    `has ${field} that is no slot`,
    "what slot() returned",
    describe(value),
    `import the slot for ${field}`,
  );
  return undefined;
}

function checkCode(reader: DefinitionReader, subject: Subject, { run, async }: NodeDefinition): void {
  if (typeof run !== "function") {
    reader.report(subject, "has no run", "run: a function", describe(run), "add run: (inputs, context) => ({ … })");
  }
  if (typeof async !== "boolean") {
    reader.report(
      subject,
      "has async that is no boolean",
      "async: true or nothing",
      describe(async),
      "write async: true, or leave it out",
    );
  }
}

function soundBudget(
  reader: DefinitionReader,
  subject: Subject,
  { budgetMs }: NodeDefinition,
): Partial<NodeDefinition> {
  if (budgetMs === undefined || (Number.isFinite(budgetMs) && budgetMs > 0)) return {};
  const expected = "a number of milliseconds above 0";
  const hint = "give the longest time the node should take";
  reader.report(subject, "has a budgetMs that is no time", expected, describe(budgetMs), hint);
  return { budgetMs: undefined } as unknown as Partial<NodeDefinition>;
}

function checkRetry(reader: DefinitionReader, subject: Subject, { retry, async }: NodeDefinition): void {
  if (retry === undefined) return;
  if (!Number.isSafeInteger(retry?.attemptsMax) || retry.attemptsMax < 1) {
    const found = describe(retry?.attemptsMax);
    reader.report(
      subject,
      "has a retry without attempts",
      "attemptsMax: 1 or more",
      found,
      "bound the attempts, or leave retry out",
    );
  } else if (async !== true) {
    const hint = "a sync node fails the same way again: remove retry, or make it async";
    reader.report(subject, "retries, but is not async", "retry on async nodes", "a sync node", hint);
  }
}

function checkFailure(reader: DefinitionReader, subject: Subject, { onFailure }: NodeDefinition): void {
  if (onFailure === undefined || onFailure === "failRequest" || onFailure === "omit") return;
  if (isRecord(onFailure) && (isRecord(onFailure.fallback) || typeof onFailure.fallback === "function")) return;
  reader.report(
    subject,
    "has an unknown failure policy",
    '"failRequest", "omit" or { fallback }',
    describe(onFailure),
    "choose one of the three policies",
  );
}

/** The facts that rules about features, labels and columns read: dropped where they are not of their form. */
function soundFacts(reader: DefinitionReader, subject: Subject, definition: NodeDefinition): Partial<NodeDefinition> {
  const dropped: Record<string, undefined> = {};
  const require = (field: keyof NodeDefinition, fits: (value: never) => boolean, expected: string): void => {
    const value = definition[field];
    if (value === undefined || fits(value as never)) return;
    dropped[field] = undefined;
    reader.report(subject, `has ${field} of another form`, expected, describe(value), `write ${field} as ${expected}`);
  };
  const isUse = (use: unknown): boolean =>
    isRecord(use) && isSlot(use.snapshot) && (use.features === "all" || isTexts(use.features));
  const isColumns = (use: unknown): boolean =>
    isRecord(use) &&
    typeof use.table === "string" &&
    [use.watches, use.reads, use.writes].every((list) => list === undefined || isTexts(list));
  require("scores", isUse, "{ snapshot, features }");
  require("logs", (uses: unknown) => Array.isArray(uses) && uses.every(isUse), "[{ snapshot, features }]");
  require("columns", (uses: unknown) =>
    Array.isArray(uses) && uses.every(isColumns), "[{ table, watches, reads, writes }]");
  require("merges", isRecord, "{ policy, tieBreak }");
  require("orders", (orders: unknown) => orders === "asRead" || isRecord(orders), '"asRead" or { by, tieBreak }');
  require("processesFor", (purpose: string) => Object.hasOwn(PURPOSES, purpose), Object.keys(PURPOSES).join(", "));
  require("declassifies", (value: unknown) =>
    isRecord(value) &&
    isTexts(value.labels) &&
    value.labels.every((label) => label === "pii" || Object.hasOwn(PURPOSES, label)) &&
    typeof value.reason === "string" &&
    value.reason.trim() !== "", "{ labels, reason } with a reason");
  return dropped;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
