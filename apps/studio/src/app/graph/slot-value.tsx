/** A look at one value: the selected ad's own first, then the rows around it, or what it holds. */
import { number } from "../../data/explain/money.ts";
import type { Cell, SlotView, ValueTable } from "../../data/node-values.ts";
import { Scroll } from "../shell/scroll.tsx";
import { linkTo } from "../state/route.ts";

interface Props {
  readonly view: SlotView;
  readonly adId: number | undefined;
}

export function SlotValue({ view, adId }: Props) {
  const { key, kind, size, table, preview, personal } = view;
  const own = adId === undefined ? undefined : (view.ad ?? ownRow(table, adId));
  return (
    <div className="value">
      <span className="muted num">
        {kind}
        {size !== null && ` of ${number(size)}`}
      </span>
      {own != null && (
        <Scroll label={`Ad ${adId} in ${key}`}>
          <dl className="own grid num">
            <dt>ad {adId}</dt>
            <dd className="muted">row {own.row}</dd>
            {Object.entries(own.values).map(([name, value]) => (
              <Field key={name} name={name} value={value} />
            ))}
          </dl>
        </Scroll>
      )}
      {own == null && adId !== undefined && kind === "batch" && <p className="muted">Ad {adId} is not among them.</p>}
      {table !== null && table.rows.length > 0 && (
        <details open={own == null}>
          <summary>
            {table.rows.length} of {number(size ?? 0)} rows
          </summary>
          <Rows table={table} label={`Rows of ${key}`} adId={adId} />
        </details>
      )}
      {!personal && table === null && (
        <Scroll label={`Value of ${key}`}>
          <pre className="preview">{JSON.stringify(preview, null, 1)}</pre>
        </Scroll>
      )}
    </div>
  );
}

function Field({ name, value }: { readonly name: string; readonly value: unknown }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{typeof value === "object" && value !== null ? JSON.stringify(value) : cellText(value as Cell)}</dd>
    </>
  );
}

function Rows({
  table,
  label,
  adId,
}: {
  readonly table: ValueTable;
  readonly label: string;
  readonly adId: number | undefined;
}) {
  const named = table.rows.some((row) => row.adId !== null);
  return (
    <Scroll label={label}>
      <table className="list num">
        <thead>
          <tr>
            <th>{named ? "ad" : "row"}</th>
            {table.columns.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row.row} className={row.adId !== null && row.adId === adId ? "own" : undefined}>
              <td>{row.adId === null ? row.row : <a href={linkTo({ ad: String(row.adId) })}>{row.adId}</a>}</td>
              {row.cells.map((cell, at) => (
                <td key={table.columns[at]}>{cellText(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

/** From a folder, which holds no answer about a single ad. */
function ownRow(table: ValueTable | null, adId: number) {
  const row = table?.rows.find((each) => each.adId === adId);
  if (row === undefined || table === null) return null;
  return { row: row.row, values: Object.fromEntries(table.columns.map((name, at) => [name, row.cells[at] ?? null])) };
}

function cellText(cell: Cell): string {
  return typeof cell === "number" ? number(cell) : String(cell ?? "–");
}
