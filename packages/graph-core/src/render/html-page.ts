/** Style and script of the HTML page, as the text that goes into it. Both are fixed, so that their hashes are. */

export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#fff;--text:#17202b;--muted:#566273;--edge:#d5dae2;--soft:#f4f6f9;--accent:#0b62a8}
@media (prefers-color-scheme:dark){:root{--page:#11151b;--text:#eef2f7;--muted:#a3afbf;--edge:#323c49;--soft:#1a2029;--accent:#7dbdf5}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:14px/1.45 Inter,system-ui,-apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
header{position:sticky;top:0;z-index:2;display:flex;gap:12px;align-items:center;flex-wrap:wrap;padding:10px 20px;background:var(--page);border-bottom:1px solid var(--edge)}
header h1{font-size:16px;margin:0 auto 0 0}
input,select,button{font:inherit;color:inherit;background:var(--soft);border:1px solid var(--edge);border-radius:7px;padding:5px 10px}
input{width:230px}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
main{display:grid;grid-template-columns:minmax(0,1fr) 360px;align-items:start}
.picture{overflow:auto;padding:4px}
.picture svg{display:block;margin:0 auto;max-width:100%;height:auto}
.box.node{cursor:pointer}
.box.node:focus-visible{outline:none}
.box.node:focus-visible .rim{stroke:var(--accent);stroke-width:3}
aside{position:sticky;top:54px;max-height:calc(100vh - 54px);overflow:auto;padding:18px 20px;border-left:1px solid var(--edge);min-height:calc(100vh - 54px)}
aside h2{margin:0 0 2px;font-size:18px;overflow-wrap:anywhere}
aside .purpose{margin:0 0 12px;color:var(--muted)}
dl{margin:0;display:grid;grid-template-columns:96px 1fr;gap:6px 10px}
dt{color:var(--muted)}
dd{margin:0;overflow-wrap:anywhere}
dd ul{margin:0;padding:0;list-style:none}
section{padding:8px 20px 40px}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--edge);overflow-wrap:anywhere}
th{color:var(--muted);font-weight:600}
tr.self td{background:var(--soft)}
.focused .box{opacity:.18}
.focused .line{opacity:.06}
.focused .box.up,.focused .box.down,.focused .box.self,.focused .line.on{opacity:1}
.focused .box.self .rim{stroke:var(--accent);stroke-width:3}
.hidden{display:none}
.muted{color:var(--muted)}
@media (max-width:1000px){main{grid-template-columns:1fr}aside{position:static;max-height:none;min-height:0;border-left:0;border-top:1px solid var(--edge)}}
@media print{header,aside{display:none}main{display:block}}
`;

/**
 * The page's state is its address (`#node=rank&owner=ads-ranking&find=score`), so that every view can be sent on.
 * Everything shown comes from the topology in the page, through `textContent` only.
 */
export const PAGE_SCRIPT = String.raw`
"use strict";
const topology = JSON.parse(document.getElementById("topology").textContent);
const nodes = new Map(topology.nodes.map((node) => [node.name, node]));
const slots = new Map(topology.slots.map((slot) => [slot.key, slot]));
const picture = document.querySelector(".picture svg");
const panel = document.getElementById("details");
const find = document.getElementById("find");
const owners = document.getElementById("owner");
const boxes = [...picture.querySelectorAll(".box")];
const lines = [...picture.querySelectorAll(".line")];
const rows = [...document.querySelectorAll("tbody tr")];

function state() {
  const read = new URLSearchParams(location.hash.slice(1));
  return { node: read.get("node") || "", owner: read.get("owner") || "", find: read.get("find") || "" };
}

function go(change) {
  const next = { ...state(), ...change };
  const written = new URLSearchParams();
  for (const key of ["node", "owner", "find"]) if (next[key] !== "") written.set(key, next[key]);
  const hash = "#" + written;
  if (hash !== location.hash) history.replaceState(null, "", hash);
  show();
}

function reach(start, from, to) {
  const seen = new Set();
  const waiting = [start];
  while (waiting.length > 0) {
    const at = waiting.pop();
    for (const edge of topology.edges) {
      if (edge[from] !== at || seen.has(edge[to])) continue;
      seen.add(edge[to]);
      waiting.push(edge[to]);
    }
  }
  return seen;
}

function matches(node, { owner, find }) {
  if (owner !== "" && node.owner !== owner) return false;
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const text = [node.name, node.owner, node.kind, node.purpose, ...node.reads, ...node.soft, ...node.writes, ...node.uses].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

function show() {
  const now = state();
  const chosen = nodes.get(now.node);
  const filtering = now.owner !== "" || now.find !== "";
  const up = chosen ? reach(chosen.name, "to", "from") : new Set();
  const down = chosen ? reach(chosen.name, "from", "to") : new Set();
  if (find.value !== now.find) find.value = now.find;
  owners.value = now.owner;
  picture.classList.toggle("focused", Boolean(chosen) || filtering);
  let shown = 0;
  for (const box of boxes) {
    const name = box.dataset.node;
    const node = nodes.get(name);
    const hit = filtering && node !== undefined && matches(node, now);
    box.classList.toggle("self", name === now.node || (!chosen && hit));
    box.classList.toggle("up", up.has(name));
    box.classList.toggle("down", down.has(name));
    box.setAttribute("aria-pressed", String(name === now.node));
  }
  for (const line of lines) {
    const { from, to } = line.dataset;
    const above = (up.has(from) || from === now.node) && (up.has(to) || to === now.node);
    const below = (down.has(from) || from === now.node) && (down.has(to) || to === now.node);
    line.classList.toggle("on", above || below);
  }
  for (const row of rows) {
    const node = nodes.get(row.dataset.node);
    const visible = matches(node, now);
    if (visible) shown += 1;
    row.classList.toggle("hidden", !visible);
    row.classList.toggle("self", node === chosen);
  }
  document.getElementById("count").textContent = shown + " of " + rows.length + " nodes";
  details(chosen, up, down);
  reveal(boxes.find((box) => (chosen ? box.dataset.node === chosen.name : box.classList.contains("self"))));
}

let revealed;
function reveal(box) {
  if (box === undefined || box === revealed) return;
  revealed = box;
  const { top, bottom } = box.getBoundingClientRect();
  if (top < 60 || bottom > innerHeight) box.scrollIntoView({ block: "center" });
}

function make(tag, text, parts) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  for (const part of parts || []) made.append(part);
  return made;
}

function nodeLink(name) {
  if (!nodes.has(name)) return document.createTextNode(name.replace("@", ""));
  const link = make("a", name);
  link.href = "#" + new URLSearchParams({ node: name });
  return link;
}

function readItem(key, how) {
  const slot = slots.get(key);
  const item = make("li", key + (slot && slot.unit ? " (" + slot.unit + ")" : "") + how + " from ");
  item.append(nodeLink(slot && slot.producer ? slot.producer : "request"));
  return item;
}

function writeItem(key) {
  const slot = slots.get(key);
  const item = make("li", key + (slot && slot.unit ? " (" + slot.unit + ")" : "") + " to ");
  const readers = slot ? slot.readers.map((reader) => reader.node) : [];
  if (slot && slot.responded) readers.push("respond");
  if (readers.length === 0) item.append("nobody");
  readers.forEach((name, at) => item.append(at === 0 ? "" : ", ", nodeLink(name)));
  return item;
}

function details(node, up, down) {
  panel.replaceChildren();
  if (!node) {
    panel.append(
      make("h2", topology.graph.name),
      make("p", topology.graph.purpose || ""),
      make("p", "Choose a node to see what it reads and writes, and what stands before and after it. / searches, arrow keys follow the lines, Escape clears."),
    );
    panel.lastChild.className = "muted";
    return;
  }
  const heading = make("h2", node.name);
  const purpose = make("p", node.purpose);
  purpose.className = "purpose";
  const facts = make("dl");
  const fact = (name, value) => {
    if (value === "" || value === null || (Array.isArray(value) && value.length === 0)) return;
    facts.append(make("dt", name), Array.isArray(value) ? make("dd", "", [make("ul", "", value)]) : make("dd", String(value)));
  };
  const state = node.state.kind === "active" ? "" : node.state.kind === "shadow" ? "shadow of " + node.state.of : "deprecated until " + node.state.until + ", use " + node.state.replacement;
  fact("kind", node.kind + (node.async ? ", async" : ""));
  fact("owner", node.owner);
  fact("state", state);
  fact("budget", node.budgetMs === null ? "none" : node.budgetMs + " ms");
  fact("on failure", node.onFailure + (node.retriesMax > 0 ? ", retry " + node.retriesMax : ""));
  fact("runs when", node.when);
  fact("reads", [...node.reads.map((key) => readItem(key, "")), ...node.soft.map((key) => readItem(key, ", softly,"))]);
  fact("writes", node.writes.map(writeItem));
  fact("uses", node.uses.map((name) => make("li", name)));
  fact("scores", node.scores.map((use) => make("li", use.snapshot)));
  fact("logs", node.logs.map((use) => make("li", use.snapshot)));
  fact("upstream", [...up].filter((name) => nodes.has(name)).length + " nodes");
  fact("downstream", [...down].filter((name) => nodes.has(name)).length + " nodes");
  fact("declared", node.place ? node.place.file + ":" + node.place.line : "");
  panel.append(heading, purpose, facts);
}

function follow(from, to) {
  const edge = topology.edges.find((one) => one[from] === state().node && nodes.has(one[to]));
  if (!edge) return;
  go({ node: edge[to] });
  const box = boxes.find((one) => one.dataset.node === edge[to]);
  if (box) box.focus();
}

picture.addEventListener("click", (event) => {
  const box = event.target.closest(".box.node");
  go({ node: box && box.dataset.node !== state().node ? box.dataset.node : "" });
});
document.addEventListener("keydown", (event) => {
  const box = event.target.closest && event.target.closest(".box.node");
  if (event.key === "Escape") go({ node: "", owner: "", find: "" });
  else if (event.target === find || event.target === owners) return;
  else if (event.key === "/") find.focus();
  else if (box && (event.key === "Enter" || event.key === " ")) go({ node: box.dataset.node });
  else if (event.key === "ArrowUp" && state().node) follow("to", "from");
  else if (event.key === "ArrowDown" && state().node) follow("from", "to");
  else return;
  event.preventDefault();
});
find.addEventListener("input", () => go({ find: find.value }));
owners.addEventListener("change", () => go({ owner: owners.value }));
document.getElementById("clear").addEventListener("click", () => go({ node: "", owner: "", find: "" }));
addEventListener("hashchange", show);
show();
`;
