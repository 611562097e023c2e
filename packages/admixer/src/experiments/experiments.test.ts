import type { AdmittedRequest } from "@tenon/ads-model";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ArmTotals } from "./arm-totals.ts";
import { chiSquareTail } from "./chi-square.ts";
import { armsOf, decide, pointOf } from "./decide-arms.ts";
import { ExperimentLayersSchema } from "./experiment-layers.ts";

const BLENDING = {
  name: "blending",
  experiments: [
    {
      name: "lambda",
      share: 0.8,
      variants: [
        { name: "control", share: 0.5 },
        { name: "higher", share: 0.5, parameters: { lambdaMicros: 800_000 } },
      ],
    },
  ],
};
const AUCTION = {
  name: "auction",
  unit: "request",
  experiments: [
    {
      name: "reserve",
      share: 1,
      variants: [
        { name: "control", share: 0.2 },
        { name: "lower", share: 0.8, parameters: { reserveEcpmMicros: 100_000 } },
      ],
    },
  ],
};
const layers = ExperimentLayersSchema.parse([BLENDING, AUCTION]);

function request(row: number, change: Partial<AdmittedRequest> = {}): AdmittedRequest {
  return {
    requestId: `r${row}`,
    userId: `u${row}`,
    consent: { personalisation: true, measurement: true },
    ...change,
  } as AdmittedRequest;
}

function messagesOf(value: unknown): string {
  return (
    ExperimentLayersSchema.safeParse(value)
      .error?.issues.map(({ message }) => message)
      .join("; ") ?? ""
  );
}

const variantsOf = (...shares: readonly number[]) => shares.map((share, at) => ({ name: `v${at}`, share }));
const layerOf = (name: string, share: number, variants: unknown, experiment = "e") => ({
  name,
  experiments: [{ name: experiment, share, variants }],
});

test("shares that do not add up, names that repeat and unknown parameters are refused, each in words", () => {
  expect(messagesOf([layerOf("a", 1, variantsOf(0.5, 0.4))])).toContain("must add up to 1");
  expect(
    messagesOf([
      layerOf("a", 1, [
        { name: "v", share: 0.5 },
        { name: "v", share: 0.5 },
      ]),
    ]),
  ).toContain("a name of its own");
  expect(messagesOf([layerOf("a", 1, variantsOf(0.5, 0.5)), layerOf("b", 1, variantsOf(0.5, 0.5))])).toContain(
    "over all layers",
  );
  expect(messagesOf([layerOf("a", 1, variantsOf(1))])).not.toBe("");
  expect(
    messagesOf([
      layerOf("a", 1, [
        { name: "x", share: 0.5, parameters: { lamdaMicros: 1 } },
        { name: "y", share: 0.5 },
      ]),
    ]),
  ).toContain("lamdaMicros");
  const tenths = Array.from({ length: 10 }, () => 0.1);
  expect(messagesOf([layerOf("a", 1, variantsOf(...tenths))])).toBe("");
});

test("one parameter in two layers is refused, because a request could get both values", () => {
  const setting = (name: string) =>
    layerOf(
      name,
      1,
      [
        { name: "x", share: 0.5, parameters: { lambdaMicros: 1 } },
        { name: "y", share: 0.5 },
      ],
      `e-${name}`,
    );
  expect(messagesOf([setting("a"), setting("b")])).toContain('parameter "lambdaMicros" is set in layers "a" and "b"');
});

test("a user keeps the variant over requests; without consent the request decides, whoever asks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: 1e6 }), (row, other) => {
      const variant = (each: AdmittedRequest) => armsOf(decide(layers, each)).assignments.lambda;
      expect(variant(request(row, { requestId: "a" as never }))).toBe(
        variant(request(row, { requestId: "b" as never })),
      );
      const consent = { personalisation: false, measurement: false };
      expect(variant(request(row, { requestId: "a" as never, consent }))).toBe(
        variant(request(other, { requestId: "a" as never, consent })),
      );
    }),
  );
});

test("traffic is split by the shares, and layers split it independently of each other", () => {
  const count = 40_000;
  const tally: Record<string, number> = {};
  for (let row = 0; row < count; row++) {
    const { assignments } = armsOf(decide(layers, request(row)));
    const key = `${assignments.lambda ?? "none"} ${assignments.reserve}`;
    tally[key] = (tally[key] ?? 0) + 1;
  }
  const expected = {
    "control lower": 0.32,
    "control control": 0.08,
    "higher lower": 0.32,
    "higher control": 0.08,
    "none lower": 0.16,
    "none control": 0.04,
  };
  expect(Object.keys(tally).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, share] of Object.entries(expected)) {
    // Four standard deviations of a binomial share.
    expect(Math.abs((tally[key] ?? 0) / count - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
  }
});

test("an experiment with its layer's name is still split by its own draw", () => {
  const same = ExperimentLayersSchema.parse([layerOf("same", 0.5, variantsOf(0.5, 0.5), "same")]);
  const variants = Array.from({ length: 4_000 }, (_, row) => armsOf(decide(same, request(row))).assignments.same);
  const shareOf = (variant: string) => variants.filter((each) => each === variant).length / variants.length;
  expect(shareOf("v0")).toBeCloseTo(0.25, 1);
  expect(shareOf("v1")).toBeCloseTo(0.25, 1);
});

test("a variant's parameters are in the arms, a control has none", () => {
  for (let row = 0; row < 50; row++) {
    const { assignments, parameters } = armsOf(decide(layers, request(row)));
    expect(parameters.lambdaMicros).toBe(assignments.lambda === "higher" ? 800_000 : undefined);
    expect(parameters.reserveEcpmMicros).toBe(assignments.reserve === "lower" ? 100_000 : undefined);
  }
  expect(armsOf(decide([], request(1)))).toEqual({ assignments: {}, parameters: {} });
});

test("a point depends on salt and unit, and where one ends and the other begins", () => {
  expect(pointOf("a", "b")).not.toBe(pointOf("ab", ""));
  expect(pointOf("a", "b")).toBe(pointOf("a", "b"));
});

test.each([
  // Upper tails from tables of the chi-square distribution.
  [3.841, 1, 0.05],
  [6.635, 1, 0.01],
  [5.991, 2, 0.05],
  [18.307, 10, 0.05],
  [29.588, 10, 0.001],
  [0, 3, 1],
])("the tail of chi-square %f at %i degrees is %f", (statistic, degrees, tail) => {
  expect(chiSquareTail(statistic, degrees)).toBeCloseTo(tail, 4);
});

test("the tail of two degrees is an exponential, far out and near zero", () => {
  for (const x of [1e-6, 0.5, 2, 10, 60, 400]) expect(chiSquareTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 9);
});

const OUTCOME = { adsShown: 2, clicksExpected: 0.1, revenueExpectedMicros: 50 };

test("an honest split raises no alarm, a broken one does", () => {
  const honest = new ArmTotals(layers);
  const broken = new ArmTotals(layers);
  for (let row = 0; row < 5_000; row++) {
    const decisions = decide(layers, request(row));
    honest.count(decisions, OUTCOME);
    // A variant that crashes for a fifth of its users.
    const crashes = decisions.some(({ variant }) => variant.name === "higher") && row % 5 === 0;
    if (!crashes) broken.count(decisions, OUTCOME);
  }
  const mismatchOf = (totals: ArmTotals) =>
    totals.report().find(({ experiment }) => experiment === "lambda")?.sampleRatioMismatch;
  expect(mismatchOf(honest)).toBe(false);
  expect(mismatchOf(broken)).toBe(true);
});

const USER_IN_LAMBDA = [...Array(100).keys()].find(
  (row) => armsOf(decide(layers, request(row))).assignments.lambda !== undefined,
) as number;

test("one user's many requests are one unit, and sums are per variant", () => {
  const totals = new ArmTotals(layers);
  for (let at = 0; at < 100; at++)
    totals.count(decide(layers, request(USER_IN_LAMBDA, { requestId: `r${at}` as never })), OUTCOME);
  const [lambda] = totals.report();
  const variant = lambda?.variants.find(({ requests }) => requests > 0);
  expect(variant).toMatchObject({ requests: 100, units: 1, adsShown: 200, revenueExpectedMicros: 5_000 });
  expect(variant?.clicksExpected).toBeCloseTo(10);
  expect(lambda?.sampleRatioMismatch).toBe(false);
});
