import { entity, read } from "@tenon/storage-repo/api";
import { expect, test } from "vitest";
import { z } from "zod";
import { AdGroup, Campaign, campaignSummary, ENTITIES, GroupBid, groupTerms } from "../../test/handler-world.ts";
import { adLabels, Labels, WAY_UP } from "../../test/tree-world.ts";
import { refuseMissingLog, refuseWrongHandlers } from "./check-handlers.ts";
import { childRows, type Handler, type HandlerOptions, handler, ownRow, type parentRow } from "./handler.ts";

const changed = (changes: Partial<HandlerOptions>, of: Handler = groupTerms) =>
  handler({ ...(of as unknown as HandlerOptions), ...changes });
const [own, parent] = groupTerms.inputs as [ReturnType<typeof ownRow>, ReturnType<typeof parentRow>];
const Unindexed = entity("unindexed", {
  ...{ owner: "ads-streams", purpose: "a test", key: z.int() },
  groups: { all: { owner: "ads-streams", class: "content", columns: { campaignId: z.string() } } },
});
const BidAlone = read(AdGroup, ["bidMicros"]);
const UnindexedRead = read(Unindexed, ["campaignId"]);

test.each<[what: string, make: () => unknown, message: RegExp]>([
  ["rounds without an end", () => changed({ rounds: 101 }), /rounds is 101/],
  ["a handler that reads nothing", () => changed({ inputs: [] }), /it reads nothing/],
  [
    "a request slot without an input",
    () => changed({ inputs: [own] }),
    /asks for slot "groupCampaign", which no input gives/,
  ],
  [
    "a group that is not there",
    () => changed({ produces: [{ entity: AdGroup, groups: ["price"] }] }),
    /entity "ad_group" has no group "price"/,
  ],
  [
    "a parent through a row that is not read",
    () => changed({ inputs: [own, { ...parent, of: UnindexedRead }] }),
    /which is neither the own row nor a parent declared before it/,
  ],
  [
    "a parent through a column that is not read",
    () =>
      changed({
        inputs: [
          { ...own, read: BidAlone },
          { ...parent, of: BidAlone },
        ],
      }),
    /column "campaignId" of entity "ad_group", which the read leaves out/,
  ],
  [
    "a column that is no lookup",
    () => changed({ inputs: [ownRow(own.slot, UnindexedRead), { ...parent, of: UnindexedRead }] }),
    /column "campaignId" of entity "unindexed", which is no lookup/,
  ],
  [
    "a way up whose second step is declared before its first",
    () => changed({ inputs: [WAY_UP[0], WAY_UP[2], WAY_UP[1], WAY_UP[3]] }, adLabels),
    /slot "adCampaign" follows column "campaignId" of entity "tree_group", which is neither/,
  ],
  [
    "a way up through one of two rows with the same read",
    () => changed({ inputs: [WAY_UP[0], WAY_UP[1], { ...WAY_UP[1], slot: WAY_UP[3].slot }, WAY_UP[2]] }, adLabels),
    /slot "adCampaign" follows .*, whose read is that of "adGroup" and "adAdvertiser"/,
  ],
  ["a sink that no slot feeds", () => changed({ sinks: { alerts: Labels } }), /sink "alerts" is no respond slot/],
  ["the write set as a sink", () => changed({ sinks: { termsWrites: Labels } }), /is its write set and a sink/],
  [
    "a response that goes nowhere",
    () => changed({ sinks: {} }, adLabels),
    /responds in slot "labelMessages" goes nowhere/,
  ],
  [
    "messages without a log",
    () => refuseMissingLog([groupTerms, adLabels], undefined),
    /"ad-labels" .*: it sends to "labels", and there is no log/,
  ],
  [
    "children through a column that tells nobody of moves",
    () => {
      const [row, children] = campaignSummary.inputs;
      const Lookup = entity("lookup_only", {
        ...{ owner: "ads-streams", purpose: "a test", key: z.int(), lookups: ["campaignId"] },
        groups: { all: { owner: "ads-streams", class: "content", columns: { campaignId: z.string() } } },
      });
      const inputs = [
        row as never,
        childRows(children?.slot as never, read(Lookup, ["campaignId"]), { column: "campaignId" }),
      ];
      return changed({ inputs }, campaignSummary);
    },
    /which is no mapping column/,
  ],
])("%s is refused by name", (_, make, message) => {
  expect(make).toThrow(message);
  expect(make).toThrow(/TENON1810/);
});

test("two handlers that write one group are refused with both owners", () => {
  const other = { ...groupTerms, name: "other-terms", owner: "ads-delivery" } as const;
  expect(() => refuseWrongHandlers([groupTerms, other])).toThrow(
    /two handlers write "ad_group\.terms": "group-terms" \(owner ads-streams\) and "other-terms" \(owner ads-delivery\)/,
  );
});

test("handlers that wake each other in a circle are refused with the way", () => {
  const [row, children] = campaignSummary.inputs;
  const GroupTermsRead = read(AdGroup, ["servable", "campaignId"]);
  const CampaignSummaryRead = read(Campaign, ["groups"]);
  const back = { ...campaignSummary, inputs: [row, { ...children, read: GroupTermsRead }] } as Handler;
  const forth = { ...groupTerms, inputs: [own, { ...parent, read: CampaignSummaryRead }] } as Handler;
  const circle = () => refuseWrongHandlers([forth, back]);
  // One bound handler stops whatever comes round.
  expect(() => refuseWrongHandlers([{ ...forth, rounds: 3 }, back])).not.toThrow();
  expect(circle).toThrow(
    /TENON1810 handlers wake each other in a circle: "group-terms" \(owner ads-streams\) → "campaign-summary" \(owner ads-streams\) → "group-terms"/,
  );
  expect(() => refuseWrongHandlers([groupTerms, campaignSummary])).not.toThrow();
  expect(ENTITIES).toHaveLength(2);
  expect(GroupBid.columns).toHaveLength(2);
});
