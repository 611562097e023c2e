import type { IndexDocument } from "../../data/index-document.ts";

export function NoRuns({ index }: { readonly index: IndexDocument }) {
  return (
    <div className="problem card">
      <h1>No request was traced yet</h1>
      <p className="muted">
        Send one with the header <code>x-tenon-trace: 1</code>, and it appears here. Until then, the{" "}
        {index.graphs.length} graphs are under <a href="#view=graph">Graphs</a>.
      </p>
    </div>
  );
}
