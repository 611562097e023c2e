import { linkTo } from "../state/route.ts";
import { SIGN } from "./boxes.tsx";
import type { GraphComparison } from "./compare-graphs.ts";
import type { TwoVersions } from "./two-versions.ts";

interface Props {
  readonly changes: GraphComparison;
  /** Undefined where the two could not be drawn together. */
  readonly lines: TwoVersions["lines"] | undefined;
}

/** What became of each node's declaration between two versions. */
export function Differences({ changes, lines }: Props) {
  return (
    <div className="inside">
      <h2>What differs from the other version</h2>
      {lines === undefined && (
        <p className="muted">The two are too far apart for one picture: what is gone is in this list alone.</p>
      )}
      <table className="list">
        <tbody>
          {changes.differences.map(({ node, change, words }) => (
            <tr key={node}>
              <td>
                <a href={linkTo({ node })}>{node}</a>
                {words.map((word) => (
                  <div key={word} className="muted">
                    {word}
                  </div>
                ))}
              </td>
              <td>
                <span className={`mark change ${change}`}>{SIGN[change]}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {changes.differences.length === 0 && <p className="muted">Every node is declared as it was.</p>}
      <p>
        <a href={linkTo({ with: undefined })}>Leave the comparison</a>
      </p>
    </div>
  );
}
