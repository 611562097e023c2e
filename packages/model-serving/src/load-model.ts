import { type ModelArtefact, parseArtefact } from "./artefact/model-artefact.ts";
import { GbdtModel } from "./gbdt/gbdt-model.ts";
import { LinearModel } from "./linear/linear-model.ts";
import type { Model } from "./model.ts";
import { type ReaderOptions, snapshotReader } from "./snapshot-reader.ts";

/**
 * Makes a servable model of an artefact that was parsed or sealed before.
 *
 * @example
 * const model = loadModel(parseArtefact(JSON.parse(await readFile("models/ctr.json", "utf8"))));
 * const binding = bind(CtrModel, { value: model }, (bound) => bound.version);
 */
export function loadModel(artefact: ModelArtefact, options: ReaderOptions = {}): Model {
  const reader = snapshotReader(artefact, options);
  return artefact.kind === "gbdt" ? new GbdtModel(artefact, reader) : new LinearModel(artefact, reader);
}

/** Parses and loads in one step. Errors as {@link parseArtefact}. */
export function loadModelFromText(text: string, options: ReaderOptions = {}): Model {
  return loadModel(parseArtefact(JSON.parse(text)), options);
}
