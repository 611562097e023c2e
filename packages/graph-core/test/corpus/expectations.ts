/** What catches each entry, with which words, and whom it names. A row per file of the corpus. */

/** Stages, earliest first: type checker and source rules, graph checks, continuous integration. */
export type Stage = "T" | "C" | "I";

export interface Expectation {
  /** The latest stage at which the defect may be caught. */
  readonly deadline: Stage;
  /** Errors of the compiler: all of them, exactly. */
  readonly compiler?: readonly { readonly code: number; readonly words: string; readonly line?: number }[];
  /** Codes of the source rules. */
  readonly source?: readonly string[];
  /** The one diagnostic that names both sides: of the graph check, or the compiler's error explained. */
  readonly told?: {
    readonly code: string;
    readonly words: string;
    /** `kind name owner`, the party at fault first. */
    readonly parties: readonly string[];
    /** Absent: the line in which twin and defect differ. */
    readonly line?: number;
  };
  /** What stops the defect when it hides from the type checker. */
  readonly backstop?: { readonly code: string; readonly node?: string };
}

export const expectations: Readonly<Record<string, Expectation>> = {
  "m01-input-field-assigned": {
    deadline: "T",
    compiler: [{ code: 2540, words: "Cannot assign to 'timeoutMs' because it is a read-only property." }],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "boundTimeout" (owner ads-auction) changes slot "adRequest" (owner ads-serving), which node "readBody" (owner ads-serving) writes',
      parties: ["node boundTimeout ads-auction", "slot adRequest ads-serving", "node readBody ads-serving"],
    },
    backstop: { code: "TENON1201", node: "boundTimeout" },
  },
  "m02-nested-field-of-shallow-copy": {
    deadline: "T",
    compiler: [{ code: 2540, words: "Cannot assign to 'page' because it is a read-only property." }],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "hidePage" (owner ads-privacy) changes slot "adRequest" (owner ads-serving), which node "readBody" (owner ads-serving) writes',
      parties: ["node hidePage ads-privacy", "slot adRequest ads-serving", "node readBody ads-serving"],
    },
    backstop: { code: "TENON1201", node: "hidePage" },
  },
  "m04-input-list-sorted-in-place": {
    deadline: "T",
    compiler: [
      {
        code: 2339,
        words: "Property 'sort' does not exist on type 'readonly { readonly adId: number; readonly bid: number; }[]'.",
      },
    ],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "orderByBid" (owner ads-auction) changes slot "ads" (owner ads-retrieval), which node "retrieve" (owner ads-retrieval) writes',
      parties: ["node orderByBid ads-auction", "slot ads ads-retrieval", "node retrieve ads-retrieval"],
    },
    backstop: { code: "TENON1201", node: "orderByBid" },
  },
  "m05-column-element-assigned": {
    deadline: "T",
    compiler: [
      {
        code: 7053,
        words:
          "Element implicitly has an 'any' type because expression of type '0' can't be used to index type 'F64Column'.",
      },
    ],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "boostFirst" (owner ads-delivery) changes slot "ctr" (owner ads-ranking), which node "calibrate" (owner ads-ranking) writes',
      parties: ["node boostFirst ads-delivery", "slot ctr ads-ranking", "node calibrate ads-ranking"],
    },
    backstop: { code: "TENON1201", node: "boostFirst" },
  },
  "m06-draft-kept-over-an-await": {
    deadline: "T",
    compiler: [{ code: 2322, words: "Type 'Promise<undefined>' is not assignable to type 'void'." }],
    source: ["TENON1917"],
    told: {
      code: "TENON1050",
      words:
        'node "updateBudget" (owner ads-delivery) keeps a draft of slot "campaign" (owner ads-data) over an await, which graph "m06" (owner ads-serving) gets with the request',
      parties: ["node updateBudget ads-delivery", "slot campaign ads-data", "graph m06 ads-serving"],
    },
    backstop: { code: "TENON1162", node: "updateBudget" },
  },
  "m09-undeclared-read": {
    deadline: "T",
    compiler: [
      {
        code: 2339,
        words:
          "Property 'userCounts' does not exist on type 'InputsOf<readonly [Slot<\"userId\", string>], readonly []>'.",
        line: 24,
      },
    ],
    told: {
      code: "TENON1051",
      words:
        'node "decide" (owner ads-auction) uses slot "userCounts" (owner ads-delivery) without declaring it, which node "loadCounts" (owner ads-delivery) writes',
      parties: ["node decide ads-auction", "slot userCounts ads-delivery", "node loadCounts ads-delivery"],
      line: 24,
    },
    backstop: { code: "TENON1201", node: "decide" },
  },
  "m10-second-writer": {
    deadline: "T",
    compiler: [
      {
        code: 2322,
        words:
          'Type \'Node<"query", never, "nearAds", never>\' is not assignable to type \'Node<"query", never, "nearAds", never> & "slot \'nearAds\' is also written by node \'retrieveAgain\'"\'.',
      },
      {
        code: 2322,
        words:
          'Type \'Node<"query", never, "nearAds", never>\' is not assignable to type \'Node<"query", never, "nearAds", never> & "slot \'nearAds\' is also written by node \'retrieveNear\'"\'.',
      },
    ],
    told: {
      code: "TENON1004",
      words:
        'two nodes write slot "nearAds" (owner ads-retrieval): node "retrieveNear" (owner ads-retrieval) and node "retrieveAgain" (owner ads-search)',
      parties: ["node retrieveAgain ads-search", "node retrieveNear ads-retrieval", "slot nearAds ads-retrieval"],
      line: 25,
    },
    backstop: { code: "TENON1004" },
  },
  "m10-undeclared-output": {
    deadline: "T",
    compiler: [
      {
        code: 2322,
        words:
          "Type '[Slot<\"words\", readonly string[]>]' is not assignable to type 'readonly [Slot<\"words\", readonly string[]>] & \"run returns 'wordCount', which is not in writes\"'.",
        line: 13,
      },
    ],
    told: {
      code: "TENON1052",
      words:
        'node "split" (owner ads-search) returns slot "wordCount" (owner ads-ranking) without declaring to write it, which node "count" (owner ads-ranking) writes',
      parties: ["node split ads-search", "slot wordCount ads-ranking", "node count ads-ranking"],
      line: 13,
    },
    backstop: { code: "TENON1203", node: "split" },
  },
  "m11-no-producer": {
    deadline: "C",
    compiler: [
      {
        code: 2322,
        words:
          'Type \'Node<"counts", never, "mayShow", never>\' is not assignable to type \'Node<"counts", never, "mayShow", never> & "no node writes slot \'counts\'"\'.',
      },
    ],
    told: {
      code: "TENON1003",
      words: 'no node writes slot "counts" (owner ads-data), which node "decide" (owner ads-delivery) reads',
      parties: ["node decide ads-delivery", "slot counts ads-data"],
      line: 17,
    },
  },
  "m11-producer-under-a-flag": {
    deadline: "C",
    told: {
      code: "TENON1017",
      words:
        'slot "interests" (owner ads-data) is there only when "personalise", because node "loadInterests" (owner ads-data) runs then, but node "rank" (owner ads-ranking) needs it always',
      parties: ["node rank ads-ranking", "node loadInterests ads-data"],
      line: 19,
    },
  },
  "m12-cycle-through-a-soft-read": {
    deadline: "C",
    told: {
      code: "TENON1008",
      words:
        '2 nodes wait for each other: node "bid" (owner ads-auction) → slot "bids" → node "price" (owner ads-delivery) → slot "prices" (soft) → node "bid"',
      parties: ["node bid ads-auction", "node price ads-delivery", "slot prices ads-delivery"],
      line: 19,
    },
  },
  "m16-promise-not-awaited": { deadline: "T", source: ["TENON1910", "TENON1914"] },
  "m18-context-from-async-local-storage": { deadline: "C", source: ["TENON1906"] },
  "m19-clock-read-twice": { deadline: "T", source: ["TENON1901"] },
  "m20-unseeded-randomness": { deadline: "T", source: ["TENON1902"] },
  "m22-logged-before-it-was-changed": {
    deadline: "C",
    told: {
      code: "TENON1025",
      words:
        'node "logFeatures" (owner ads-measurement) logs feature "ctr" from slot "features" (owner ads-data), but node "rank" (owner ads-ranking) scores from slot "freshFeatures" (owner ads-delivery)',
      parties: [
        "node logFeatures ads-measurement",
        "node rank ads-ranking",
        "node refresh ads-delivery",
        "slot features ads-data",
        "slot freshFeatures ads-delivery",
      ],
      line: 43,
    },
  },
  "m23-scored-feature-not-in-log-schema": {
    deadline: "T",
    compiler: [
      { code: 2345, words: "Argument of type '\"clicks\"' is not assignable to parameter of type 'number | \"age\"'." },
    ],
    told: {
      code: "TENON1023",
      words:
        'node "rank" (owner ads-ranking) names feature "clicks", which slot "features" (owner ads-ranking) does not hold, which node "assemble" (owner ads-delivery) writes',
      parties: ["node rank ads-ranking", "slot features ads-ranking", "node assemble ads-delivery"],
    },
    backstop: { code: "TENON1158", node: "rank" },
  },
  "m24-logged-and-never-used": {
    deadline: "C",
    told: {
      code: "TENON1029",
      words:
        'node "logFeatures" (owner ads-measurement) logs feature "moonPhase" (owner ads-data) of slot "features" (owner ads-data), which node "rank" (owner ads-ranking) does not score',
      parties: [
        "feature moonPhase ads-data",
        "node logFeatures ads-measurement",
        "node rank ads-ranking",
        "slot features ads-data",
      ],
      line: 24,
    },
  },
  "m27-value-changed-between-score-and-log": {
    deadline: "T",
    compiler: [{ code: 2339, words: "Property 'setScalar' does not exist on type 'FeatureSnapshot<\"ctr\">'." }],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "logFeatures" (owner ads-measurement) changes slot "features" (owner ads-delivery), which node "assemble" (owner ads-delivery) writes',
      parties: ["node logFeatures ads-measurement", "slot features ads-delivery", "node assemble ads-delivery"],
    },
    backstop: { code: "TENON1201", node: "logFeatures" },
  },
  "m29-other-dictionary-than-the-model": {
    deadline: "C",
    told: {
      code: "TENON1027",
      words:
        'feature "device" (owner ads-data) of slot "features" (owner ads-data) has another dictionary than resource "clickModel" (owner ads-models), which node "rank" (owner ads-ranking) scores it with',
      parties: [
        "feature device ads-data",
        "resource clickModel ads-models",
        "node rank ads-ranking",
        "slot features ads-data",
      ],
      line: 37,
    },
  },
  "m32-logged-with-fewer-bits": {
    deadline: "C",
    told: {
      code: "TENON1028",
      words:
        'node "logFeatures" (owner ads-measurement) logs feature "ctr" (owner ads-data), scored as f64, into slot "featureLog" (owner ads-measurement) as f32',
      parties: ["slot featureLog ads-measurement", "node logFeatures ads-measurement", "feature ctr ads-data"],
      line: 21,
    },
  },
  "m37-ties-left-open": {
    deadline: "C",
    told: {
      code: "TENON1031",
      words:
        'node "rank" (owner ads-ranking) orders slot "ranked" (owner ads-ranking) from slot "candidates" (owner ads-retrieval) without saying how',
      parties: ["node rank ads-ranking", "slot ranked ads-ranking", "slot candidates ads-retrieval"],
      line: 8,
    },
  },
  "m40-index-without-its-watermark": {
    deadline: "I",
    told: {
      code: "TENON1035",
      words:
        'node "publish" (owner ads-platform) writes slot "manifest" (owner ads-retrieval) without reading slot "watermark" (owner ads-data), which it must follow',
      parties: [
        "node publish ads-platform",
        "slot manifest ads-retrieval",
        "slot watermark ads-data",
        "graph m40 ads-data",
      ],
      line: 21,
    },
  },
  "m42-offset-before-its-effect": {
    deadline: "C",
    told: {
      code: "TENON1035",
      words:
        'node "confirm" (owner ads-platform) writes slot "inputOffset" (owner ads-platform) without reading slot "writeSet" (owner ads-measurement), written by node "addSpend" (owner ads-measurement), which it must follow',
      parties: [
        "node confirm ads-platform",
        "slot inputOffset ads-platform",
        "slot writeSet ads-measurement",
        "node addSpend ads-measurement",
      ],
      line: 23,
    },
  },
  "m44-two-writers-of-one-column": {
    deadline: "C",
    told: {
      code: "TENON1037",
      words:
        'two nodes write column "documents.budget": node "copyBudget" (owner ads-data) of graph "m44-gateway" and node "pace" (owner ads-delivery) of graph "m44-pacing"',
      parties: [
        "node pace ads-delivery",
        "node copyBudget ads-data",
        "graph m44-gateway ads-data",
        "graph m44-pacing ads-delivery",
      ],
      line: 18,
    },
  },
  "m49-flag-read-in-mid-request": { deadline: "T", source: ["TENON1903"] },
  "m50-shared-copy-changed-per-candidate": {
    deadline: "T",
    compiler: [{ code: 2540, words: "Cannot assign to 'adId' because it is a read-only property." }],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "fanOut" (owner ads-auction) changes slot "adRequest" (owner ads-serving), which node "readBody" (owner ads-serving) writes',
      parties: ["node fanOut ads-auction", "slot adRequest ads-serving", "node readBody ads-serving"],
    },
    backstop: { code: "TENON1201", node: "fanOut" },
  },
  "m52-fallback-of-other-schema": {
    deadline: "T",
    compiler: [
      {
        code: 2739,
        words:
          "Type 'never[]' is missing the following properties from type '{ readonly status: \"default\" | \"ok\"; readonly words: readonly string[]; }': status, words",
      },
    ],
    told: {
      code: "TENON1020",
      words:
        'the fallback of node "loadInterests" (owner ads-delivery) does not fit slot "interests" (owner ads-delivery): expected a plain object, found an array of 0',
      parties: ["node loadInterests ads-delivery", "slot interests ads-delivery"],
      line: 11,
    },
    backstop: { code: "TENON1020" },
  },
  "m53-optional-node-rejects-request": {
    deadline: "T",
    compiler: [
      {
        code: 2345,
        words:
          'Argument of type \'{ owner: string; purpose: string; reads: [Slot<"userId", string>]; writes: [Slot<"fatigue", number>]; async: true; run: () => Promise<never>; }\' is not assignable to parameter of type \'NodeOptions<readonly [Slot<"userId", string>], readonly [], readonly [Slot<"fatigue", number>], readonly [], true, () => Promise<never>> & { readonly onFailure: unknown; }\'.',
        line: 9,
      },
    ],
    told: {
      code: "TENON1019",
      words:
        'node "loadFatigue" (owner ads-delivery) is async and writes slot "fatigue", which node "rank" (owner ads-ranking) can do without, and does not say what happens when it fails',
      parties: ["node loadFatigue ads-delivery", "node rank ads-ranking"],
      line: 9,
    },
    backstop: { code: "TENON1019" },
  },
  "m54-excluded-field-read": {
    deadline: "C",
    told: {
      code: "TENON1033",
      words:
        'node "guessInterests" (owner ads-measurement) reads slot "userProfile" (owner ads-privacy), which is restricted to delivery, and processes for measurement',
      parties: ["node guessInterests ads-measurement", "slot userProfile ads-privacy"],
      line: 21,
    },
  },
  "m55-input-assigned-by-a-library-function": { deadline: "T", source: ["TENON1911"] },
  "m56-field-of-an-input-deleted": {
    deadline: "T",
    compiler: [{ code: 2704, words: "The operand of a 'delete' operator cannot be a read-only property." }],
    source: ["TENON1911"],
    told: {
      code: "TENON1050",
      words:
        'node "hideCity" (owner ads-privacy) changes slot "profile" (owner ads-data), which node "load" (owner ads-data) writes',
      parties: ["node hideCity ads-privacy", "slot profile ads-data", "node load ads-data"],
    },
  },
  "m57-undeclared-resource": {
    deadline: "T",
    compiler: [
      {
        code: 2339,
        words:
          "Property 'reserves' does not exist on type 'UsesOf<readonly [Resource<\"floors\", { readonly floor: number; }>]>'.",
        line: 17,
      },
    ],
    told: {
      code: "TENON1051",
      words: 'node "price" (owner ads-auction) uses resource "reserves" (owner ads-serving) without declaring it',
      parties: ["node price ads-auction", "resource reserves ads-serving"],
      line: 17,
    },
  },
  "m58-shadow-used-as-producer": {
    deadline: "C",
    compiler: [
      {
        code: 2345,
        words:
          'Argument of type \'{ name: string; owner: string; request: [Slot<"query", string>]; nodes: { price: Node<"score", never, "price", never>; }; shadows: { rank: { of: "price"; node: Node<"query", never, "score", never>; }; }; respond: [...]; }\' is not assignable to parameter of type \'GraphOptions<readonly [Slot<"query", string>], { readonly price: Node<"score", never, "price", never>; }, readonly [Slot<"price", number>]> & { readonly nodes: NodeProblems<"query", { ...; }, Writers<...>, never>; }\'.',
        line: 25,
      },
    ],
    told: {
      code: "TENON1014",
      words:
        'node "price" (owner ads-auction) reads slot "score" (owner ads-ranking), which only shadow "rank" (owner ads-ranking) writes',
      parties: ["node price ads-auction", "node rank ads-ranking", "slot score ads-ranking"],
      line: 17,
    },
  },
  "m59-omitted-slot-needed": {
    deadline: "C",
    told: {
      code: "TENON1016",
      words:
        'node "loadFatigue" (owner ads-delivery) leaves out slot "fatigue" when it fails, but node "rank" (owner ads-ranking) needs it',
      parties: ["node loadFatigue ads-delivery", "node rank ads-ranking"],
      line: 9,
    },
  },
  "m60-fallback-passes-as-measured": {
    deadline: "C",
    told: {
      code: "TENON1020",
      words:
        'the fallback of node "load" (owner ads-data) does not fit slot "features" (owner ads-data): expected features of status default, missing or timeout, found features of status ok',
      parties: ["node load ads-data", "slot features ads-data"],
      line: 21,
    },
  },
  "m62-model-of-another-schema": {
    deadline: "C",
    told: {
      code: "TENON1026",
      words:
        'resource "clickModel" (owner ads-models) was trained on another feature schema than that of slot "features" (owner ads-data), scored by node "rank" (owner ads-ranking)',
      parties: ["node rank ads-ranking", "resource clickModel ads-models", "slot features ads-data"],
      line: 36,
    },
  },
  "m63-column-of-another-batch": {
    deadline: "C",
    told: {
      code: "TENON1022",
      words:
        'node "findBest" (owner ads-auction) reads slot "ctr" (owner ads-ranking), a column of slot "candidates" (owner ads-retrieval), beside slot "organic" (owner ads-blending), whose rows are others',
      parties: [
        "node findBest ads-auction",
        "slot ctr ads-ranking",
        "slot candidates ads-retrieval",
        "slot organic ads-blending",
      ],
      line: 39,
    },
  },
  "m64-merge-without-a-policy": {
    deadline: "C",
    told: {
      code: "TENON1030",
      words:
        'node "merge" (owner ads-ranking) makes one batch of slot "near" (owner ads-retrieval) and slot "keyword" (owner ads-search), and does not say how they are merged',
      parties: ["node merge ads-ranking", "slot near ads-retrieval", "slot keyword ads-search"],
      line: 8,
    },
  },
  "m65-personal-data-through-a-resource": {
    deadline: "C",
    told: {
      code: "TENON1032",
      words:
        'personal data of resource "profiles" (owner ads-privacy) leaves out of the process in slot "answer" (owner ads-serving), through node "loadAge" (owner ads-delivery) and node "answer" (owner ads-serving)',
      parties: [
        "node answer ads-serving",
        "resource profiles ads-privacy",
        "node loadAge ads-delivery",
        "slot answer ads-serving",
      ],
      line: 25,
    },
  },
  "m66-restriction-lost-in-a-log": {
    deadline: "C",
    told: {
      code: "TENON1032",
      words:
        'data restricted to delivery of slot "shown" (owner ads-privacy) leaves into a log in slot "capLog" (owner ads-measurement), through node "logCap" (owner ads-delivery)',
      parties: ["node logCap ads-delivery", "slot shown ads-privacy", "slot capLog ads-measurement"],
      line: 13,
    },
  },
  "m67-offset-without-its-effect": {
    deadline: "C",
    told: {
      code: "TENON1036",
      words:
        'graph "m67" (owner ads-measurement) responds with slot "inputOffset" (owner ads-platform) without slot "writeSet" (owner ads-measurement), which one commit must hold together',
      parties: [
        "graph m67 ads-measurement",
        "slot inputOffset ads-platform",
        "slot writeSet ads-measurement",
        "node confirm ads-platform",
      ],
      line: 31,
    },
  },
  "m68-handlers-start-each-other": {
    deadline: "C",
    told: {
      code: "TENON1038",
      words:
        '2 nodes start each other through column changes: node "pace" (owner ads-delivery) of graph "m68-pacing" → column "campaigns.pace" → node "activate" (owner ads-data) of graph "m68-states" → column "campaigns.active" → node "pace"',
      parties: ["node pace ads-delivery", "node activate ads-data"],
      line: 9,
    },
  },
  "m69-column-that-nobody-writes-any-more": {
    deadline: "C",
    told: {
      code: "TENON1039",
      words:
        'no node writes column "documents.bid", which node "readBid" (owner ads-auction) of graph "m69-serving" reads; node "writeDocument" (owner ads-data) of graph "m69-indexing" writes others of table "documents"',
      parties: ["node readBid ads-auction", "node writeDocument ads-data", "graph m69-serving ads-serving"],
      line: 19,
    },
  },
  "m70-map-as-a-slot-value": {
    deadline: "C",
    told: {
      code: "TENON1001",
      words:
        'slot "counts" (owner ads-delivery) of graph "m70" (owner ads-serving) holds a value outside the closed value universe at "byDay": z.map',
      parties: ["slot counts ads-delivery", "graph m70 ads-serving"],
      line: 11,
    },
  },
  "m71-effect-needed-softly": {
    deadline: "C",
    told: {
      code: "TENON1035",
      words:
        'node "confirm" (owner ads-platform) writes slot "inputOffset" (owner ads-platform) also without slot "writeSet" (owner ads-measurement), written by node "addSpend" (owner ads-measurement), which it must follow',
      parties: [
        "node confirm ads-platform",
        "slot inputOffset ads-platform",
        "slot writeSet ads-measurement",
        "node addSpend ads-measurement",
      ],
      line: 21,
    },
  },
  "m75-inner-condition-read-under-the-outer": {
    deadline: "C",
    told: {
      code: "TENON1017",
      words:
        'slot "interests" (owner ads-data) is there only when "known", because node "load" (owner ads-data) runs then, but node "boost" (owner ads-ranking) needs it when "consented"',
      parties: ["node boost ads-ranking", "node load ads-data"],
      line: 30,
    },
  },
  "m77-optional-node-says-nothing-of-failure": {
    deadline: "C",
    told: {
      code: "TENON1019",
      words:
        'node "guessFatigue" (owner ads-delivery) writes slot "fatigue", which node "rank" (owner ads-ranking) can do without, and does not say what happens when it fails',
      parties: ["node guessFatigue ads-delivery", "node rank ads-ranking"],
      line: 9,
    },
  },
  "m78-error-swallowed-without-status": { deadline: "T", source: ["TENON1916"] },
  "m79-sum-in-order-of-completion": { deadline: "T", source: ["TENON1914"] },
  "m81-feature-set-under-a-wrong-name": {
    deadline: "T",
    compiler: [
      { code: 2345, words: "Argument of type '\"shown\"' is not assignable to parameter of type '\"shownToday\"'." },
    ],
    told: {
      code: "TENON1023",
      words:
        'node "assemble" (owner ads-data) names feature "shown", which slot "features" (owner ads-data) does not hold, which node "rank" (owner ads-ranking) reads',
      parties: ["node assemble ads-data", "slot features ads-data", "node rank ads-ranking"],
    },
  },
  "m83-counter-between-requests": { deadline: "T", source: ["TENON1907"] },
  "m26-absence-filled-with-number": {
    deadline: "T",
    compiler: [
      {
        code: 2322,
        words:
          'Type \'({ userId }: InputsOf<readonly [Slot<"userId", string>], readonly []>, { uses }: NodeContext<UsesOf<readonly [Resource<"countStore", { readonly read: (userId: string) => ImpressionCount | undefined; }>]>>) => { ...; }\' is not assignable to type \'NodeRun<readonly [Slot<"userId", string>], readonly [], readonly [Slot<"shown", { readonly status: "ok"; readonly today: ImpressionCount; } | { readonly status: "missing"; }>], readonly [...], false>\'.',
        line: 29,
      },
    ],
    told: {
      code: "TENON1053",
      words:
        'node "loadShown" (owner ads-delivery) writes a value that does not fit slot "shown" (owner ads-delivery), which node "decide" (owner ads-ranking) reads',
      parties: ["node loadShown ads-delivery", "slot shown ads-delivery", "node decide ads-ranking"],
      line: 29,
    },
    backstop: { code: "TENON1209", node: "loadShown" },
  },
  "m34-units-mixed": {
    deadline: "T",
    compiler: [{ code: 2322, words: "Type 'number' is not assignable to type 'EcpmMicros'." }],
    told: {
      code: "TENON1053",
      words:
        'node "value" (owner ads-auction) writes a value that does not fit slot "rankValue" (owner ads-auction), which graph "m34" (owner ads-serving) responds with',
      parties: ["node value ads-auction", "slot rankValue ads-auction", "graph m34 ads-serving"],
    },
    backstop: { code: "TENON1209", node: "value" },
  },
  "m35-float-price-bucket": {
    deadline: "T",
    compiler: [{ code: 2322, words: "Type 'number' is not assignable to type 'Micros'." }],
    told: {
      code: "TENON1053",
      words:
        'node "findBucket" (owner ads-delivery) writes a value that does not fit slot "priceBucket" (owner ads-delivery), which graph "m35" (owner ads-serving) responds with',
      parties: ["node findBucket ads-delivery", "slot priceBucket ads-delivery", "graph m35 ads-serving"],
    },
    backstop: { code: "TENON1209", node: "findBucket" },
  },
  "m36-not-a-number-reaches-the-sort": {
    deadline: "T",
    compiler: [
      {
        code: 2322,
        words:
          'Type \'({ adId: number; status: "missing"; clickRate: Probability; } | { adId: number; status: "ok"; clickRate: number; })[]\' is not assignable to type \'readonly { readonly adId: number; readonly status: "missing" | "ok"; readonly clickRate: Probability; }[]\'.',
        line: 22,
      },
    ],
    told: {
      code: "TENON1053",
      words:
        'node "rate" (owner ads-ranking) writes a value that does not fit slot "rates" (owner ads-ranking), which node "order" (owner ads-auction) reads',
      parties: ["node rate ads-ranking", "slot rates ads-ranking", "node order ads-auction"],
      line: 22,
    },
    backstop: { code: "TENON1209", node: "rate" },
  },
  "m45-spend-without-event-id": {
    deadline: "T",
    compiler: [
      {
        code: 2322,
        words:
          "Type '{ campaignId: CampaignId; amountMicros: Micros; }[]' is not assignable to type 'readonly { readonly eventId: RequestId; readonly campaignId: CampaignId; readonly amountMicros: Micros; }[]'.",
      },
    ],
    told: {
      code: "TENON1053",
      words:
        'node "charge" (owner ads-measurement) writes a value that does not fit slot "spendUpdates" (owner ads-delivery), which node "aggregate" (owner ads-delivery) reads',
      parties: ["node charge ads-measurement", "slot spendUpdates ads-delivery", "node aggregate ads-delivery"],
    },
    backstop: { code: "TENON1209", node: "charge" },
  },
  "m47-insertions-read-as-impressions": {
    deadline: "T",
    compiler: [{ code: 2322, words: "Type 'InsertionCount' is not assignable to type 'ImpressionCount'." }],
    told: {
      code: "TENON1053",
      words:
        'node "countForCap" (owner ads-delivery) writes a value that does not fit slot "capCount" (owner ads-delivery), which node "cap" (owner ads-delivery) reads',
      parties: ["node countForCap ads-delivery", "slot capCount ads-delivery", "node cap ads-delivery"],
    },
  },
  "m76-percentage-taken-for-probability": {
    deadline: "T",
    compiler: [{ code: 2322, words: "Type 'number' is not assignable to type 'Probability'." }],
    told: {
      code: "TENON1053",
      words:
        'node "convert" (owner ads-ranking) writes a value that does not fit slot "clickProbability" (owner ads-ranking), which graph "m76" (owner ads-serving) responds with',
      parties: ["node convert ads-ranking", "slot clickProbability ads-ranking", "graph m76 ads-serving"],
    },
    backstop: { code: "TENON1209", node: "convert" },
  },
};
