/**
 * Drills: what operators do on a bad day, as steps that are written down once, printed before they are done, and the same on stores
 * and on virtual time.
 *
 * I1 A step gives orders or looks; what it waits for has a bound.
 * I2 A drill that ends well has verified its end state. One that does not says at which step it stands, and leaves orders as they
 *    are: what was switched off stays off until somebody has looked.
 */
import { indexerError } from "../indexer-error.ts";
import type { DrillPort } from "./drill-port.ts";

export interface DrillStep {
  readonly name: string;
  /** What it does, for who is about to order it. */
  readonly order: string;
  /** Resolves with what came of it. */
  readonly act: (port: DrillPort) => Promise<string>;
}

export interface Drill {
  readonly name: string;
  /** The day it is for. */
  readonly purpose: string;
  /** What it cannot do itself. */
  readonly first: string;
  readonly options: Readonly<Record<string, string>>;
  /** It goes back to another base: without an object store it would stand in its middle. */
  readonly needsBases?: true;
  /** @throws GraphError TENON1652 for options that cannot be used */
  readonly steps: (options: DrillOptions) => readonly DrillStep[];
}

export interface DrillOptions {
  /** Content from before this instant is good, ms since 1970. */
  readonly sinceMs?: number | undefined;
  /** Base to go back to; absent: the one before the current one. */
  readonly base?: string | undefined;
  /** Handlers of the release; absent: all. */
  readonly handlers?: readonly string[] | undefined;
}

export interface RunDrillOptions {
  readonly onStep?: (step: DrillStep, at: number) => Promise<void> | void;
  readonly onDone?: (step: DrillStep, said: string) => Promise<void> | void;
}

/** @throws GraphError TENON1695 with the step that failed, and why */
export async function runDrill(
  { name, steps }: Pick<Drill, "name"> & { readonly steps: readonly DrillStep[] },
  port: DrillPort,
  { onStep, onDone }: RunDrillOptions = {},
): Promise<void> {
  for (const [at, step] of steps.entries()) {
    await onStep?.(step, at);
    let said: string;
    try {
      said = await step.act(port);
    } catch (cause) {
      throw indexerError("drillFailed", `drill "${name}" stands at step "${step.name}"`, {
        detail: (cause as Error).message,
        hint: "orders that were given stay as they are; mend what is named, and run the drill again from the beginning",
        cause,
      });
    }
    await onDone?.(step, said);
  }
}
