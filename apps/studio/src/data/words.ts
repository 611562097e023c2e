/** Words and numbers that documents and the page share. Apart from the schemas: a page that reads them needs no validator. */

/** What became of a request. */
export const VERDICTS = ["shown", "empty", "failed"] as const;

/** Bits of a node's marks in one run of a cohort. */
export const MARKS = { ran: 1, critical: 2, error: 4, absent: 8, fallback: 16 } as const;

/** Name of the graph that shows the pipeline as a whole. */
export const PIPELINE_GRAPH = "indexing";
/** Its first stop, before which bytes wait and not records. */
export const CHANGE_LOG_STOP = "change-log";
