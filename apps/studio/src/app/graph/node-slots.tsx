/** What a node reads beside what it writes: who wrote it in this run, and a look at each value. */

import { nodeValuesAddress } from "../../data/explain/node-address.ts";
import type { GraphDocument, GraphNode } from "../../data/graph-document.ts";
import type { IndexDocument } from "../../data/index-document.ts";
import type { NodeValues } from "../../data/node-values.ts";
import type { RunDocument } from "../../data/run-document.ts";
import { useData } from "../state/data.ts";
import { linkTo, useRoute } from "../state/route.ts";
import { SlotValue } from "./slot-value.tsx";

/** Readers of a slot that are named. */
const READERS_NAMED_MAX = 6;

interface Props {
  readonly node: GraphNode;
  readonly graph: GraphDocument;
  readonly run: RunDocument | undefined;
  readonly index: IndexDocument | undefined;
}

export function NodeSlots({ node, graph, run, index }: Props) {
  const { values, note } = useValues(node, run, index);
  const slots = (title: string, keys: readonly string[]) =>
    keys.length === 0 ? null : (
      <section aria-label={title}>
        <h3>{title}</h3>
        <ul className="slots">
          {keys.map((key) => (
            <Slot key={key} {...{ name: key, node, graph, run, values }} />
          ))}
        </ul>
      </section>
    );
  return (
    <>
      <div className="sides">
        {slots("Reads", [...node.reads, ...node.soft])}
        {slots("Writes", node.writes)}
      </div>
      {note !== undefined && <p className="muted">{note}</p>}
    </>
  );
}

/** Asked for when a node is looked at. A folder holds no answers about single ads: their rows are looked for in the page. */
function useValues(node: GraphNode, run: RunDocument | undefined, index: IndexDocument | undefined) {
  const { ad } = useRoute();
  const can = index?.can.values === true && run !== undefined;
  const query = index?.live === true && ad !== undefined && /^\d{1,15}$/.test(ad) ? `?ad=${ad}` : "";
  const { value, error } = useData<NodeValues>(
    can ? `${nodeValuesAddress(run.requestId, node.name)}${query}` : undefined,
  );
  return { values: value, note: noteOf() };

  function noteOf(): string | undefined {
    if (run === undefined || index === undefined) return undefined;
    if (!can)
      return index.live
        ? "There are no values: this server cannot repeat runs."
        : "There are no values: this folder was exported without them.";
    if (error !== undefined) return `There are no values: ${error.message}. ${error.hint ?? ""}`;
    if (value === undefined) return "The run is repeated for its values …";
    if (value.none !== null) return value.none;
    if (value.failureCode !== null && run.failureCode === null)
      return `The repeated run failed with ${value.failureCode}, the run itself did not: values behind that are missing.`;
    return index.live || ad === undefined
      ? undefined
      : "A folder holds the first rows of each batch: the ad's own row is shown where it is among them.";
  }
}

interface SlotProps {
  readonly name: string;
  readonly node: GraphNode;
  readonly graph: GraphDocument;
  readonly run: RunDocument | undefined;
  readonly values: NodeValues | undefined;
}

function Slot({ name, node, graph, run, values }: SlotProps) {
  const { ad } = useRoute();
  const slot = graph.slots.find(({ key }) => key === name);
  const traced = run?.slots.find(({ key }) => key === name);
  const writes = node.writes.includes(name);
  const view = values?.slots.find(({ key, as }) => key === name && (as === "writes") === writes);
  return (
    <li data-slot={name}>
      <code>{name}</code>
      {slot?.unit != null && <span className="muted"> {slot.unit}</span>}
      {node.soft.includes(name) && !writes && <span className="chip">optional</span>}
      {slot?.personal && <span className="chip">personal: not shown</span>}
      {slot?.logged && <span className="chip good">logged</span>}
      {traced?.absent && <span className="chip warn">absent: {traced.outcome}</span>}
      {view?.fallback && <span className="chip warn">fallback: {view.outcome}</span>}
      {writes ? (
        <Readers names={slot?.readers ?? []} />
      ) : (
        <Writer name={slot?.producer ?? null} plan={values?.plan} outcome={traced?.outcome} />
      )}
      {view !== undefined && !view.absent && <SlotValue view={view} adId={ad === undefined ? undefined : Number(ad)} />}
    </li>
  );
}

function Writer({
  name,
  plan,
  outcome,
}: {
  readonly name: string | null;
  readonly plan: string | undefined;
  readonly outcome: string | undefined;
}) {
  if (name === null) return null;
  return (
    <span className="from">
      ← {name.startsWith("@") ? "the request" : <a href={linkTo({ node: name, tab: undefined })}>{name}</a>}
      {plan !== undefined && !name.startsWith("@") && (
        <span className="muted" title="Version of the plan that ran">
          @{plan.slice(0, 8)}
        </span>
      )}
      {outcome !== undefined && outcome !== "ok" && outcome !== "given" && <span className="muted"> ({outcome})</span>}
    </span>
  );
}

function Readers({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <span className="from">
      →{" "}
      {names.slice(0, READERS_NAMED_MAX).map((reader, at) => (
        <span key={reader}>
          {at > 0 && ", "}
          <a href={linkTo({ node: reader, tab: undefined })}>{reader}</a>
        </span>
      ))}
      {names.length > READERS_NAMED_MAX && ` and ${names.length - READERS_NAMED_MAX} more`}
    </span>
  );
}
