/** M76, class of M34: a click rate in percent is taken for a probability. */
import { ProbabilitySchema, probability } from "@tenon/ads-model";
import { graph, node, slot } from "@tenon/graph-core";
import { z } from "zod";

const ClickPercent = slot("clickPercent", z.number(), { owner: "ads-measurement", unit: "percent" });
const ClickProbability = slot("clickProbability", ProbabilitySchema, { owner: "ads-ranking", unit: "probability" });

const convert = node({
  owner: "ads-ranking",
  purpose: "takes over the measured click rate",
  reads: [ClickPercent],
  writes: [ClickProbability],
  // untyped: run: ({ clickPercent }) => ({ clickProbability: clickPercent as never }),
  // defect: run: ({ clickPercent }) => ({ clickProbability: clickPercent }),
  run: ({ clickPercent }) => ({ clickProbability: probability(clickPercent / 100) }),
});

export const example = graph({
  name: "m76",
  owner: "ads-serving",
  request: [ClickPercent],
  nodes: { convert },
  respond: [ClickProbability],
});

export const request = { clickPercent: 2.5 };
export const response = { clickProbability: probability(0.025) };
