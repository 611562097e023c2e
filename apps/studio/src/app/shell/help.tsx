import { Dialog } from "./dialog.tsx";

const KEYS = [
  ["⌘ K or Ctrl K", "find anything: paste the id of a request or an ad"],
  ["/", "select nodes in the graph"],
  ["← → ↑ ↓", "along the edges: to a producer (↑), a reader (↓), a neighbour (← →)"],
  ["[  ]", "close, open the group"],
  ["n  p", "next, previous on the critical path; of a report, its findings"],
  ["g", "groups or every node"],
  ["0", "the whole graph"],
  ["Escape", "leave what is selected"],
  ["?", "this"],
] as const;

const WORDS = [
  ["owner:ads-ranking", "nodes of an owner"],
  ["reads:pacedAds", "also writes: and uses:"],
  ["+rankLight+", "with all before (+x) and all after (x+)"],
  ["p99>5ms", "also self, wait, drops>10%"],
  ["changed", "differs from what is compared; affected: behind it; also critical, failed, logged, kind:filter"],
  ["-owner:ads-serving", "without them"],
] as const;

export function Help({ close }: { readonly close: () => void }) {
  return (
    <Dialog label="Keys and help" close={close}>
      <div className="help">
        <h1>Keys</h1>
        <dl>
          {KEYS.map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <h1>Selecting nodes</h1>
        <dl>
          {WORDS.map(([word, what]) => (
            <div key={word}>
              <dt>
                <code>{word}</code>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
