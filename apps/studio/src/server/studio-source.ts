/** Where the studio's server has its documents from. All of it is without personal data already. */
import type { Report } from "@tenon/dev-run/report-format";
import type { Topology } from "@tenon/graph-core";
import type { DocumentView } from "../data/document-view.ts";
import type { ReportEntry } from "../data/index-document.ts";
import type { LineageDocument } from "../data/lineage-document.ts";
import type { LiveDocument } from "../data/live-document.ts";
import type { NodeValues } from "../data/node-values.ts";
import type { RunDocument } from "../data/run-document.ts";
import type { WhatIfAnswer, WhatIfRequest } from "../data/what-if.ts";

export interface StudioSource {
  readonly graphs: readonly Topology[];
  /** Folder that places of code are told relative to. */
  readonly root: string | undefined;
  /** Ids of the runs that are kept, newest first. */
  readonly runIds: () => readonly string[];
  readonly run: (requestId: string) => Promise<RunDocument | undefined>;
  /** What a node read and wrote; undefined for a run that is not kept. The ad's own rows come first. */
  readonly values?:
    | ((requestId: string, node: string, adId: number | undefined) => Promise<NodeValues | undefined>)
    | undefined;
  /** More about an ad that no source retrieved: what the index says; undefined where nothing is known. */
  readonly whyNeverEntered?: ((adId: number) => string | undefined) | undefined;
  readonly document?: ((adId: number) => Promise<DocumentView>) | undefined;
  readonly lineage?: (() => Promise<LineageDocument>) | undefined;
  readonly live?: (() => Promise<LiveDocument>) | undefined;
  readonly whatIf?: ((question: WhatIfRequest) => Promise<WhatIfAnswer>) | undefined;
  readonly reports?: ReportSource | undefined;
}

/** Reports of dev runs, as `report.json` has them. */
export interface ReportSource {
  /** Newest first; one that cannot be opened is listed with the reason. */
  readonly list: () => Promise<readonly ReportEntry[]>;
  /** Undefined where no report has that id. @throws GraphError TENON2057 for one that cannot be opened */
  readonly read: (id: string) => Promise<Report | undefined>;
}
