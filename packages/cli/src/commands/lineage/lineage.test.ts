import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../../run-cli.ts";
import { keptTerminal } from "../../testing/terminal.ts";

const root = join(import.meta.dirname, "../../../../..");
const golden = (name: string): string => join(import.meta.dirname, "../../../test/golden", name);

async function tenon(...words: readonly string[]) {
  const terminal = keptTerminal({ folder: root });
  const exitCode = await runCli(words, terminal);
  return { exitCode, out: terminal.said.out, talk: terminal.said.talk };
}

for (const [file, ...words] of [
  ["lineage-field.txt", "field", "signals.image.url"],
  ["lineage-column.txt", "column", "performance.reviewScore"],
  ["lineage-slot.txt", "slot", "eligibilityOutcome"],
] as const) {
  test(`tenon lineage ${words.join(" ")} is the text that was reviewed`, async () => {
    const { exitCode, out, talk } = await tenon("lineage", ...words);
    expect([exitCode, talk]).toEqual([0, ""]);
    await expect(out).toMatchFileSnapshot(golden(file));
  });
}

interface Tree {
  readonly kind: string;
  readonly name: string;
  readonly owner: string;
  readonly from?: readonly Tree[];
}
const namesIn = (trees: readonly Tree[]): readonly string[] =>
  trees.flatMap(({ kind, name, from = [] }) => [`${kind} ${name}`, ...namesIn(from)]);

test("tools are told the whole way, both directions, every step with its owner", async () => {
  const { out } = await tenon("lineage", "field", "ad.bid", "--json");
  const { item, madeOf, readBy } = JSON.parse(out) as {
    readonly item: object;
    readonly madeOf: readonly Tree[];
    readonly readBy: readonly Tree[];
  };
  expect(item).toEqual({ kind: "leaf", name: "ad.bid", owner: "ads-auction", class: "control" });
  expect(namesIn(madeOf)).toEqual(
    expect.arrayContaining([
      "column ad_document.offer.bid",
      "column ad_group.settings.bidAmountMicros",
      "source ad_groups.bid_amount_micros",
    ]),
  );
  expect(namesIn(readBy)).toEqual(
    expect.arrayContaining([
      "place forward.bidMicros",
      "candidate retrievedAds.bidMicros",
      "reader ad-request.scoreBids",
      "logged rankFeatures.bidLog",
    ]),
  );
  const { readBy: back } = JSON.parse((await tenon("lineage", "column", "ad_groups.bid_amount_micros", "--json")).out);
  expect(namesIn(back)).toEqual(
    expect.arrayContaining(["leaf ad.bid", "reader ad-request.scoreBids", "logged rankFeatures.bidLog"]),
  );
});

test("what is not there is refused with a near name", async () => {
  for (const [asked, wrong, meant] of [
    ["field", "ad.bidd", "ad.bid"],
    ["column", "ad_group.bid_amount_micros", "ad_groups.bid_amount_micros"],
    ["slot", "clickProbabilty", "clickProbability"],
  ] as const) {
    const { exitCode, talk } = await tenon("lineage", asked, wrong);
    expect(exitCode).toBe(2);
    expect(talk).toContain(`error TENON1715: there is no ${asked} "${wrong}"\n`);
    expect(talk).toContain(`did you mean "${meant}"?`);
  }
});

test("tenon check fails for a project whose handler is gone, and names both sides", { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(root, "node_modules/.lineage-project-"));
  try {
    mkdirSync(join(folder, "graphs/indexing"), { recursive: true });
    writeFileSync(join(folder, "graphs/index.ts"), 'export { adRequest } from "@tenon/graphs";\n');
    writeFileSync(
      join(folder, "graphs/indexing/all.handler.ts"),
      'import { ARGUS_HANDLERS } from "@tenon/graphs/handlers";\nexport const handlers = Object.fromEntries(ARGUS_HANDLERS.map((each) => [each.name, each]));\nexport const { "ad-delivery": delivery, "serving-terms": terms, "ad-targeting": targeting, "ad-creative": creative, "ad-image": image, "ad-relevance": relevance, "ad-interests": interests, "ad-performance": performance, "ad-landing": landing, "ad-embedding": embedding, servable } = handlers;\n',
    );
    writeFileSync(join(folder, "graphs/all.tasks.ts"), 'export * from "@tenon/graphs/tasks";\n');
    const { exitCode, out } = await tenon("check", "--no-types", "--json", "--project", folder);
    const { diagnostics } = JSON.parse(out) as {
      readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
    };
    expect(exitCode).toBe(1);
    const found = diagnostics.filter(({ code }) => code.startsWith("TENON167"));
    expect(found.map(({ code, message }) => [code, message])).toEqual([
      [
        "TENON1670",
        'no handler produces group "offer" of entity "ad_document" (owner ads-auction): nothing makes "ad.objective", "ad.bid", "ad.floorMicros" and 1 more, which node "ad-request.predictClicks" (owner ads-ranking) reads',
      ],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
