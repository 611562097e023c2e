import type { RungView } from "../../data/document-view.ts";
import { Hint } from "../shell/hint.tsx";
import { linkTo } from "../state/route.ts";

const WORDS = { holds: "yes: this is why", follows: "yes, too", clear: "no" } as const;

/** Each place where a document can stop, in the order of its way; the first yes is the reason. */
export function Ladder({ ladder }: { readonly ladder: readonly RungView[] }) {
  return (
    <ol className="ladder">
      {ladder.map(({ rung, question, answer, because, owner, hint, evidence }) => (
        <li key={rung} className={answer}>
          <details open={answer === "holds"}>
            <summary>
              <span className="mark" aria-hidden="true">
                {answer === "clear" ? "·" : answer === "holds" ? "✕" : "!"}
              </span>
              <span className="question">{question}</span>
              <span className={`chip ${answer === "holds" ? "bad" : answer === "follows" ? "warn" : ""}`}>
                {WORDS[answer]}
              </span>
            </summary>
            {because !== null && <p>{because}</p>}
            {hint !== null && (
              <p className="muted">
                {owner !== null && `${owner}: `}
                <Hint text={hint} />
              </p>
            )}
            {evidence.length > 0 ? (
              <ul className="evidence">
                {evidence.map(({ label, text }) => (
                  <li key={`${label} ${text}`}>
                    <code>{label}</code> {text}
                  </li>
                ))}
              </ul>
            ) : (
              <p className="muted">Nothing of the kind was found.</p>
            )}
            {rung === "groupMissing" && <a href={linkTo({ view: "lineage" })}>What each group is made of</a>}
          </details>
        </li>
      ))}
    </ol>
  );
}
