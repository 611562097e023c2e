import { useRef } from "react";
import { saveTestCommand } from "../../data/explain/save-test.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { useRoute } from "../state/route.ts";
import { pngOf, svgOf } from "./export-picture.ts";
import { dotText, mermaidText, perfettoText } from "./export-text.ts";

interface Props {
  readonly graph: GraphDocument;
  readonly run: RunDocument | undefined;
  readonly host: string | null;
}

/** The picture and its data, to take away. */
export function ExportMenu({ graph, run, host }: Props) {
  const { ad } = useRoute();
  const own = useRef<HTMLDetailsElement>(null);
  const take = (name: string, type: string, make: () => string | Promise<Blob>) => async () => {
    own.current?.removeAttribute("open");
    const made = await make();
    save(`${name}`, typeof made === "string" ? new Blob([made], { type }) : made);
  };
  const pane = () => own.current?.closest(".graph") as HTMLElement;
  return (
    <details className="menu" ref={own}>
      <summary className="button">Export</summary>
      <div className="card">
        <button type="button" onClick={take(`${graph.name}.svg`, "image/svg+xml", () => svgOf(pane()))}>
          SVG picture
        </button>
        <button type="button" onClick={take(`${graph.name}.png`, "image/png", () => pngOf(pane()))}>
          PNG picture
        </button>
        <button type="button" onClick={take(`${graph.name}.mmd`, "text/plain", () => mermaidText(graph))}>
          Mermaid
        </button>
        <button type="button" onClick={take(`${graph.name}.dot`, "text/plain", () => dotText(graph))}>
          DOT
        </button>
        {run !== undefined && (
          <button
            type="button"
            onClick={take(`${run.requestId}.perfetto.json`, "application/json", () => perfettoText(run, graph))}
          >
            Perfetto trace
          </button>
        )}
        {run !== undefined && (
          <button
            type="button"
            onClick={() => {
              own.current?.removeAttribute("open");
              const adId = ad === undefined ? undefined : Number(ad);
              void navigator.clipboard?.writeText(saveTestCommand({ requestId: run.requestId, host, adId }));
            }}
          >
            Copy: save as test
          </button>
        )}
      </div>
    </details>
  );
}

function save(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by the next turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 1_000);
}
