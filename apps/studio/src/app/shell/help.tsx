import { Dialog } from "./dialog.tsx";
import { WordList } from "./word-list.tsx";

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
        <WordList words={KEYS} write={(key) => <kbd>{key}</kbd>} />
        <h1>Selecting nodes</h1>
        <WordList words={WORDS} />
        <button type="button" className="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
