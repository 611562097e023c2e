import type { IndexDocument } from "../../data/index-document.ts";
import { go, linkTo, type Route, useRoute, type View } from "../state/route.ts";
import { KEYS } from "../state/route-text.ts";
import { shownTheme } from "./theme.ts";

interface Props {
  readonly index: IndexDocument | undefined;
  readonly onSearch: () => void;
  readonly onHelp: () => void;
}

export function TopBar({ index, onSearch, onHelp }: Props) {
  const { view } = useRoute();
  const tabs = tabsOf(index);
  return (
    <header className="topbar">
      <a className="brand" href={linkTo({ ...NOTHING, view: "run" })} aria-label="Tenon Studio, newest request">
        <Mark /> <span>Tenon</span>
      </a>
      <nav aria-label="Views">
        {tabs.map(([id, name]) => (
          <a
            key={id}
            href={linkTo({ ...NOTHING, view: id })}
            aria-current={id === (view === "cohorts" ? "requests" : view) ? "page" : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
      <button type="button" className="search" onClick={onSearch}>
        <span>Paste a request or ad id, or search</span>
        <kbd>{/Mac/.test(navigator.platform) ? "⌘" : "Ctrl "}K</kbd>
      </button>
      <button
        type="button"
        className="icon"
        aria-label="Light or dark"
        title="Light or dark"
        onClick={() => go({ theme: shownTheme() === "dark" ? "light" : "dark" }, "replace")}
      >
        ◐
      </button>
      <button type="button" className="icon" aria-label="Keys and help" title="Keys and help" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}

/** What a link to another view leaves behind. */
const NOTHING: Partial<Route> = Object.fromEntries(
  KEYS.filter((key) => key !== "theme").map((key) => [key, undefined]),
);

function tabsOf(index: IndexDocument | undefined): readonly (readonly [View, string])[] {
  const { can, reports } = index ?? { can: undefined, reports: [] };
  return [
    ["run", "Request"],
    ["requests", "Requests"],
    ["graph", "Graphs"],
    ...(can?.documents ? [["document", "Documents"] as const] : []),
    ...(can?.lineage ? [["lineage", "Lineage"] as const] : []),
    ...(can?.live ? [["live", "Live"] as const] : []),
    ...(reports.length > 0 ? [["report", "Reports"] as const] : []),
  ];
}

/** A tenon: the joint that holds without a nail. */
function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M2 3h16v5h-5v9H7V8H2z" fill="currentColor" />
    </svg>
  );
}
