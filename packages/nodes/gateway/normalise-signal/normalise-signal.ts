import { node } from "@tenon/graph-core";
import type { Json } from "../../indexing/json.ts";
import { sourceColumnOf, sourceOfSignal } from "../../indexing/sources.ts";
import { normaliseSignalContract } from "./normalise-signal.contract.ts";

export const normaliseSignal = node({
  ...normaliseSignalContract,
  run: ({ contentSignal: signal }) => {
    const source = sourceOfSignal(signal.kind);
    const fields = signal as unknown as Readonly<Record<string, Json>>;
    const key = fields[source.from.kind === "signal" ? source.from.keyField : ""] as number;
    const columns = Object.keys(source.columns).map((name) => [name, fields[sourceColumnOf(source, name)] ?? null]);
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
