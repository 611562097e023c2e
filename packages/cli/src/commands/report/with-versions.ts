import { type Checkout, type ComparedVersion, checkOut, commitOf, isDirty } from "@tenon/dev-run/report";
import type { Terminal } from "../../terminal.ts";

export interface Refs {
  readonly base: string;
  /** Default: the working tree as it is. */
  readonly head?: string;
}

type Work<Result> = (base: ComparedVersion, head: ComparedVersion, signal: AbortSignal) => Promise<Result>;

/** Checks out what is not there; whatever happens, and on Ctrl-C too, nothing of it stays. */
export async function withVersions<Result>(
  root: string,
  { base, head }: Refs,
  terminal: Pick<Terminal, "stopAsked">,
  work: Work<Result>,
): Promise<Result> {
  const made: Checkout[] = [];
  const stopped = new AbortController();
  void terminal.stopAsked().then(() => stopped.abort());
  const version = async (ref: string): Promise<ComparedVersion> => {
    const checkout = await checkOut(root, ref);
    made.push(checkout);
    stopped.signal.throwIfAborted();
    return { ...checkout, changed: false };
  };
  try {
    const baseVersion = await version(base);
    const headVersion = head === undefined ? await workingTree(root) : await version(head);
    return await work(baseVersion, headVersion, stopped.signal);
  } finally {
    await Promise.all(made.map(({ remove }) => remove()));
  }
}

async function workingTree(root: string): Promise<ComparedVersion> {
  return { name: "working tree", root, commit: await commitOf(root, "HEAD"), changed: await isDirty(root) };
}
