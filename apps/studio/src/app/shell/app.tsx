/** The page: what is at the top, what is asked for, and what is wrong. */
import { useEffect, useState } from "react";
import type { IndexDocument } from "../../data/index-document.ts";
import { DocumentPage } from "../document/document-page.tsx";
import { GraphPage } from "../graph/graph-page.tsx";
import { LineagePage } from "../lineage/lineage-page.tsx";
import { LivePage } from "../live/live-page.tsx";
import { ReportPage } from "../report/report-page.tsx";
import { CohortsPage } from "../run/cohorts-page.tsx";
import { RequestsPage } from "../run/requests-page.tsx";
import { RunPage } from "../run/run-page.tsx";
import { useData } from "../state/data.ts";
import { useRoute } from "../state/route.ts";
import { Help } from "./help.tsx";
import { useKeys } from "./keys.ts";
import { Palette } from "./palette.tsx";
import { Problem } from "./problem.tsx";
import { useTheme } from "./theme.ts";
import { TopBar } from "./top-bar.tsx";
import { Waiting } from "./waiting.tsx";

/** The list of runs is asked again, ms, while it is looked at. */
const INDEX_EVERY_MS = 5_000;

export function App() {
  const route = useRoute();
  const [over, setOver] = useState<"palette" | "help" | undefined>(undefined);
  useTheme(route.theme);
  const { value: index, error } = useData<IndexDocument>("index.json", INDEX_EVERY_MS);
  useKeys({
    "mod+k": () => setOver("palette"),
    "?": () => setOver("help"),
    Escape: () => setOver(undefined),
  });
  useEffect(() => {
    document.title = titleOf(route.view, route.ad ?? route.run);
  }, [route.view, route.ad, route.run]);
  const close = () => setOver(undefined);
  return (
    <div className="page">
      <TopBar index={index} onSearch={() => setOver("palette")} onHelp={() => setOver("help")} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: only what has the focus can be scrolled by keys */}
      <main id="main" tabIndex={0}>
        {index !== undefined ? <Page index={index} /> : error === undefined ? <Waiting /> : <Problem error={error} />}
      </main>
      {over === "palette" && index !== undefined && <Palette index={index} close={close} />}
      {over === "help" && <Help close={close} />}
    </div>
  );
}

function Page({ index }: { readonly index: IndexDocument }) {
  const { view } = useRoute();
  switch (view) {
    case "run":
      return <RunPage index={index} />;
    case "cohorts":
      return <CohortsPage index={index} />;
    case "requests":
      return <RequestsPage index={index} />;
    case "graph":
      return <GraphPage index={index} />;
    case "document":
      return <DocumentPage index={index} />;
    case "lineage":
      return <LineagePage index={index} />;
    case "live":
      return <LivePage index={index} />;
    case "report":
      return <ReportPage index={index} />;
  }
}

function titleOf(view: string, what: string | undefined): string {
  return `${what === undefined ? "" : `${what} · `}${view} · Tenon Studio`;
}
