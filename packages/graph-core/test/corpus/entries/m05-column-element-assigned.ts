/** M05: a node writes into a shared column of numbers, which no freeze can protect. */
import { columnSchema, F64Column, F64Writer, graph, node, slot } from "@tenon/graph-core";

const Margins = slot("margins", columnSchema("f64"), { owner: "ads-ranking" });
const Ctr = slot("ctr", columnSchema("f64"), { owner: "ads-ranking" });
const BoostedCtr = slot("boostedCtr", columnSchema("f64"), { owner: "ads-delivery" });

const calibrate = node({
  owner: "ads-ranking",
  purpose: "turns margins into click probabilities",
  reads: [Margins],
  writes: [Ctr],
  run: ({ margins }) => ({ ctr: F64Column.fill(margins.length, (row) => 1 / (1 + Math.exp(-margins.at(row)))) }),
});

const boostFirst = node({
  owner: "ads-delivery",
  purpose: "doubles the score of the first ad",
  reads: [Ctr],
  writes: [BoostedCtr],
  run: ({ ctr }) => {
    const boosted = new F64Writer(ctr.length);
    for (let row = 0; row < ctr.length; row += 1) boosted.set(row, ctr.at(row));
    // untyped: (ctr as any)[0] = ctr.at(0) * 2;
    // defect: ctr[0] = ctr.at(0) * 2;
    boosted.set(0, ctr.at(0) * 2);
    return { boostedCtr: boosted.seal() };
  },
});

export const example = graph({
  name: "m05",
  owner: "ads-serving",
  request: [Margins],
  nodes: { calibrate, boostFirst },
  respond: [BoostedCtr],
});

export const request = { margins: F64Column.from([0, 0]) };
export const response = { boostedCtr: F64Column.from([1, 0.5]) };
