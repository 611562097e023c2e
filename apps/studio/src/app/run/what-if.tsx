/** One input changed, everything after it run again from the recording. */
import { useState } from "react";
import type { AdDocument } from "../../data/ad-document.ts";
import { saveTestCommand } from "../../data/explain/save-test.ts";
import type { GraphDocument } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { RunDocument } from "../../data/run-document.ts";
import type { Edit, WhatIfAnswer, WhatIfRequest } from "../../data/what-if.ts";
import { DataError, post } from "../state/data.ts";
import { linkTo } from "../state/route.ts";

interface Props {
  readonly run: RunDocument;
  readonly graph: GraphDocument;
  readonly ad: AdDocument | undefined;
  readonly index: IndexDocument;
}

export function WhatIf({ run, graph, ad, index }: Props) {
  const [slot, setSlot] = useState("retrievedAds");
  const [column, setColumn] = useState("bidMicros");
  const [value, setValue] = useState("");
  const [state, setState] = useState<{ answer?: WhatIfAnswer; error?: DataError; busy?: boolean }>({});
  const ask = async (edits: readonly Edit[], flip: WhatIfRequest["flip"]) => {
    setState({ busy: true });
    try {
      const question = { requestId: run.requestId, adId: ad?.adId ?? null, edits, flip };
      setState({ answer: await post<WhatIfAnswer>("what-if", question) });
    } catch (error) {
      setState(error instanceof DataError ? { error } : { error: new DataError(0, String(error)) });
    }
  };
  const command = saveTestCommand({ requestId: run.requestId, host: index.host, adId: ad?.adId });
  if (!index.can.whatIf)
    return (
      <div className="inside">
        <h2>What if</h2>
        <p>
          This needs a host that records its runs: a run is then repeated exactly, with one input changed. From a
          folder, the recording is taken from the host in a terminal, where <code>--override</code> and{" "}
          <code>--flip</code> try other values:
        </p>
        <p>
          <code className="command">{command}</code>
        </p>
        <a href={linkTo({ tab: undefined })}>Done</a>
      </div>
    );
  return (
    <div className="inside">
      <h2>What would make {ad === undefined ? "it" : `ad ${ad.adId}`} show?</h2>
      {ad !== undefined && (
        <p className="actions">
          <button type="button" className="button main" disabled={state.busy} onClick={() => ask([], "bid")}>
            Smallest bid
          </button>
          <button type="button" className="button" disabled={state.busy} onClick={() => ask([], "score")}>
            Smallest score
          </button>
        </p>
      )}
      <h2>Or change one input</h2>
      <form
        className="edit"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = value.trim() === "" || Number.isNaN(Number(value)) ? value : Number(value);
          void ask(
            ad === undefined ? [{ slot, path: column, value: typed }] : [{ slot, column, adId: ad.adId, value: typed }],
            null,
          );
        }}
      >
        <label>
          <span>Slot</span>
          <select className="field" value={slot} onChange={(event) => setSlot(event.target.value)}>
            {graph.slots
              .filter(({ personal }) => !personal)
              .map(({ key }) => (
                <option key={key}>{key}</option>
              ))}
          </select>
        </label>
        <label>
          <span>{ad === undefined ? "Path" : "Column"}</span>
          <input className="field" value={column} onChange={(event) => setColumn(event.target.value)} />
        </label>
        <label>
          <span>New value</span>
          <input className="field" value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
        <button type="submit" className="button" disabled={state.busy || value === ""}>
          Run again
        </button>
      </form>
      {state.busy && <p role="status">Running again …</p>}
      {state.error !== undefined && (
        <p role="alert">
          <span className="chip bad">{state.error.message}</span>
          {state.error.hint !== undefined && <span className="muted"> {state.error.hint}</span>}
        </p>
      )}
      {state.answer !== undefined && <Answer answer={state.answer} />}
      <p className="muted">Keep this request as a test:</p>
      <p>
        <code className="command">{command}</code>
      </p>
      <a href={linkTo({ tab: undefined })}>Done</a>
    </div>
  );
}

function Answer({ answer }: { readonly answer: WhatIfAnswer }) {
  const { first, before, after, differing, reran, flip } = answer;
  return (
    <div className="answer card" role="status">
      {flip !== null && <p className="strong">{flip.sentence}</p>}
      <p>
        <span className="muted">before</span> {before}
      </p>
      <p>
        <span className="muted">after</span> {after}
      </p>
      {flip === null && (
        <p>
          {first === null ? (
            "No node gave anything else."
          ) : (
            <>
              First to differ: <a href={linkTo({ node: first.node })}>{first.node}</a> ({first.slots.join(", ")}), and{" "}
              {differing.length - 1} after it.
            </>
          )}{" "}
          <span className="muted">{reran} nodes ran again.</span>
        </p>
      )}
    </div>
  );
}
