import { cell, type Field, fieldName } from "@tenon/dev-run/report-format";
import { Table } from "../shell/table.tsx";
import { Wrapped } from "../shell/wrapped.tsx";

/** Fields shown at once; the others are folded. */
const FIELDS_SHOWN = 3;

/** Values before and after, beside each other, field by field. */
export function Examples({ fields, more }: { readonly fields: readonly Field[]; readonly more: number }) {
  const rest = fields.slice(FIELDS_SHOWN);
  return (
    <>
      {fields.slice(0, FIELDS_SHOWN).map(example)}
      {rest.length + more > 0 && (
        <details>
          <summary>{rest.length + more} more fields of the same cause</summary>
          {rest.map(example)}
          {more > 0 && <p className="muted">{more} of them are not in the report.</p>}
        </details>
      )}
    </>
  );
}

function example(field: Field) {
  const name = fieldName(field);
  return (
    <div key={name} className="example">
      <h4>
        <code>
          <Wrapped name={name} />
        </code>{" "}
        <span className="muted num">
          {field.entriesChanged} of {field.entriesCompared} runs looked at, compared{" "}
          {field.tolerance === "exact" ? "exactly" : field.tolerance}
        </span>
      </h4>
      {field.examples.length > 0 && (
        <Table label={`Examples of ${name}`} className="before-after" headings={["Before", "After", "Run"]}>
          {field.examples.map(({ requestId, row, base, head }) => (
            <tr key={`${requestId} ${row}`}>
              <td className="before">
                <code>{cell(base)}</code>
              </td>
              <td className="after">
                <code>{cell(head)}</code>
              </td>
              <td className="muted">
                {requestId}
                {row !== "" && `, row ${row}`}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </div>
  );
}
