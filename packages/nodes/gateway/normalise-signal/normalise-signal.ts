import { node } from "@tenon/graph-core";
import { sourceColumnOf, sourceOfSignal } from "../../indexing/sources.ts";
import { normaliseSignalContract } from "./normalise-signal.contract.ts";

export const normaliseSignal = node({
  ...normaliseSignalContract,
  run: ({ contentSignal: signal }) => {
    const source = sourceOfSignal(signal.kind);
    const fields = new Map<string, unknown>(Object.entries(signal));
    const key = Number(fields.get(source.from.kind === "signal" ? source.from.keyField : ""));
    const columns = Object.keys(source.columns).map((name) => [name, fields.get(sourceColumnOf(source, name)) ?? null]);
    return {
      normalisedUpdate: {
        ...{
          entity: source.entity.name,
          group: source.group,
          key,
          version: signal.version,
          operation: "write" as const,
        },
        columns: Object.fromEntries(columns),
        sourceAtMs: signal.observedAtMs,
        cause: `content-signals ${signal.kind}:${key} version ${signal.version}`,
      },
    };
  },
});
