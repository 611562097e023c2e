/** What the advertisers' database refuses, in one place so that the words agree. */
import { GraphError } from "@tenon/graph-core";

interface Facts {
  readonly category: "input" | "resource" | "invariant";
  readonly expected: string;
  readonly found: string;
  readonly hint: string;
  readonly cause?: unknown;
}

function adsError(code: `TENON1${string}`, message: string, { expected, found, ...facts }: Facts): GraphError {
  return new GraphError(message, { code, ...facts, detail: `expected ${expected}, found ${found}` });
}

/** TENON1570: the slot does not exist, is another's, or the server gave up keeping its log. */
export function logGone(slot: string, found: string, cause?: unknown): GraphError {
  return adsError("TENON1570", `the change log "${slot}" cannot go on`, {
    category: "resource",
    expected: "the slot that createChangeLog made, with its log and its reader's mark",
    found,
    hint: "changes may be lost: make it anew with createChangeLog({ replace: true }), then compare whole tables (data sync)",
    cause,
  });
}

/** TENON1570, of a log that was not made yet. */
export function logUnknown(slot: string): GraphError {
  return adsError("TENON1570", `there is no change log "${slot}"`, {
    category: "resource",
    expected: "a slot and its reader's mark in ads.change_log_readers",
    found: "no mark",
    hint: "make it with createChangeLog; if it was there before, changes may be lost: compare whole tables afterwards",
  });
}

/** TENON1571: the server has forgotten changes that were not acknowledged. */
export function logMoved(slot: string, at: { readonly confirmed: string; readonly acknowledged: string }): GraphError {
  return adsError("TENON1571", `the slot of the change log "${slot}" is ahead of its reader`, {
    category: "resource",
    expected: `a slot at ${at.acknowledged} or before`,
    found: `one at ${at.confirmed}: it was made anew or moved by hand`,
    hint: "changes in between are lost: make it anew with createChangeLog({ replace: true }), then compare whole tables (data sync)",
  });
}

/** TENON1572: the mark belongs to another history. */
export function otherHistory(slot: string, at: { readonly stored: string; readonly current: string }): GraphError {
  return adsError("TENON1572", `the mark of the change log "${slot}" belongs to another history than the server`, {
    category: "resource",
    expected: at.current,
    found: at.stored,
    hint: "the server was restored or failed over: make the log anew with createChangeLog({ replace: true }), then compare whole tables (data sync)",
  });
}

/** TENON1573: changes would be missing from the log without a word. */
export function publicationUnfit(found: string): GraphError {
  return adsError("TENON1573", "the publication of the change log leaves something out", {
    category: "resource",
    expected: 'a publication "ads_changes" of every table of the schema ads, all operations, no row filter',
    found,
    hint: "mend the publication, make the log anew with createChangeLog({ replace: true }), then compare whole tables (data sync)",
  });
}

/** TENON1574: the server's stream broke its own rules, or ours of reading it. */
export function logBroken(found: string, cause?: unknown): GraphError {
  return adsError("TENON1574", "the change log cannot be read on", {
    category: "resource",
    expected: "transactions of the tables of the schema ads, with keys and row versions",
    found,
    hint: "look at what was done to the tables: replica identity and key columns must be as the migrations made them",
    cause,
  });
}

/** TENON1575: somebody else reads the slot, or the server has not noticed yet that an earlier reader is gone. */
export function logBusy(slot: string, cause?: unknown): GraphError {
  return adsError("TENON1575", `the change log "${slot}" is being read`, {
    category: "resource",
    expected: "a slot that nobody reads",
    found: "an active one",
    hint: "stop its other reader, or wait until the server has noticed that it ended",
    cause,
  });
}

/** TENON1576: the log is closed, or was given a position that is not its own. */
export function logEnded(why: string): GraphError {
  return adsError("TENON1576", "a change log was used wrongly", {
    category: "input",
    expected: "an open log, and positions of pieces that it gave",
    found: why,
    hint: "acknowledge piece.position once the piece is stored; open the log again after close",
  });
}

/** TENON1577: more rows are asked for than may wait. */
export function tooManyAsks(found: number, max: number): GraphError {
  return adsError("TENON1577", "too many rows of the advertisers' database are asked for at once", {
    category: "resource",
    expected: `at most ${max} asks that wait`,
    found: String(found),
    hint: "wait for earlier rows before asking for more, or read whole tables with pages()",
  });
}

/** TENON1578: connecting again failed too often. */
export function logUnreachable(slot: string, attempts: number, cause: Error): GraphError {
  return adsError("TENON1578", `the change log "${slot}" lost its server`, {
    category: "resource",
    expected: `a connection within ${attempts} attempts`,
    found: cause.message,
    hint: "nothing is lost: the server keeps the log; open it again when the server is back",
    cause,
  });
}

/** TENON1579: a marketplace is loaded into tables that hold rows. */
export function notEmpty(table: string): GraphError {
  return adsError("TENON1579", "a marketplace is loaded into an empty database only", {
    category: "input",
    expected: "no rows in the tables of the schema ads",
    found: `rows in ${table}`,
    hint: "load it into a new database: rows of two marketplaces would mix",
  });
}

/** TENON1580: a change log is made a second time. */
export function logExists(slot: string): GraphError {
  return adsError("TENON1580", `there is a change log "${slot}" already`, {
    category: "input",
    expected: "a slot and a mark of no such name",
    found: "one of them, with changes that its reader may not have stored yet",
    hint: "open it; to give up what it has not delivered, pass replace: true and compare whole tables afterwards",
  });
}
