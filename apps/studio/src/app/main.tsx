import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/base.css";
import "./styles/theme.css";
import "./styles/shell.css";
import "./styles/report.css";
import "./styles/run.css";
import "./styles/graph.css";
import "./styles/pages.css";
import { App } from "./shell/app.tsx";

createRoot(document.getElementById("root") as HTMLElement).render(<App />);
