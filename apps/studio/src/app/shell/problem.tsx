import { useState } from "react";
import { type DataError, setToken } from "../state/data.ts";
import { linkTo, useRoute } from "../state/route.ts";

/** What is wrong, and what to do about it. A missing token is asked for. */
export function Problem({ error }: { readonly error: DataError }) {
  const { view, run } = useRoute();
  return error.status === 401 ? (
    <AskToken />
  ) : (
    <div className="problem card" role="alert">
      <h1>{error.message}</h1>
      {error.hint !== undefined && <p className="muted">{error.hint}</p>}
      {view === "run" && run !== undefined && (
        <p>
          <a href={linkTo({ view: "requests", run: undefined, ad: undefined, node: undefined, tab: undefined })}>
            Requests that are kept
          </a>
        </p>
      )}
    </div>
  );
}

function AskToken() {
  const [token, set] = useState("");
  return (
    <form
      className="problem card"
      onSubmit={(event) => {
        event.preventDefault();
        if (token !== "") setToken(token);
      }}
    >
      <h1>This host wants its token</h1>
      <p className="muted">
        It listens beyond this machine. The token is kept for this tab alone and sent to this host alone.
      </p>
      <label>
        <span>Admin token</span>
        <input type="password" autoComplete="off" value={token} onChange={(event) => set(event.target.value)} />
      </label>
      <button type="submit" className="button main">
        Open the studio
      </button>
    </form>
  );
}
