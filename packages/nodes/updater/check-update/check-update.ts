import { node } from "@tenon/graph-core";
import { declaredGroup, SOURCE_GROUPS, type SourceGroup, sourceOfGroup } from "../../indexing/sources.ts";
import { shown } from "../shared/shown.ts";
import { checkUpdateContract } from "./check-update.contract.ts";

/** Who looks after updates that name nothing we know. */
const INTAKE_OWNER = "ads-data";

interface Problem {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly owner: string;
}

export const checkUpdate = node({
  ...checkUpdateContract,
  run: ({ entityUpdate: update }) => {
    const { entity, group, operation, columns } = update;
    const source = sourceOfGroup(update);
    if (source === undefined) {
      const known = SOURCE_GROUPS.filter((each) => each.entity.name === entity).map((each) => each.group);
      const expected =
        known.length > 0
          ? `one of the groups ${known.join(", ")}`
          : `one of the entities ${[...new Set(SOURCE_GROUPS.map((each) => each.entity.name))].join(", ")}`;
      return { updateProblems: [{ field: `${entity}.${group}`, expected, found: group, owner: INTAKE_OWNER }] };
    }
    if ((operation === "delete") !== (columns === null)) {
      const expected = operation === "delete" ? "null: a delete has no columns" : "all columns of the group";
      return { updateProblems: [problem(source, { place: "", expected, found: shown(columns) })] };
    }
    return { updateProblems: columns === null ? [] : columnProblems(source, columns) };
  },
});

function columnProblems(source: SourceGroup, columns: Readonly<Record<string, unknown>>): readonly Problem[] {
  const unknown = Object.keys(columns).filter((name) => !Object.hasOwn(source.columns, name));
  return [
    ...Object.entries(source.columns).flatMap(([name, schema]) => {
      const { error } = schema.safeParse(columns[name]);
      return (error?.issues ?? []).map(({ path, message }) =>
        problem(source, {
          place: [name, ...path].map(String).join("."),
          expected: expectationIn(message),
          found: shown(valueAt(columns[name], path)),
        }),
      );
    }),
    ...unknown.map((name) => problem(source, { place: name, expected: "no such column", found: shown(columns[name]) })),
  ];
}

function problem(
  source: SourceGroup,
  { place, expected, found }: { readonly place: string; readonly expected: string; readonly found: string },
): Problem {
  const field = [source.entity.name, source.group, ...(place === "" ? [] : [place])].join(".");
  return { field, expected, found, owner: declaredGroup(source).owner };
}

/** zod says "Invalid input: expected string, received number"; what was received is shown by its value. */
function expectationIn(message: string): string {
  return message
    .replace(/^[^:]*: /, "")
    .replace(/^expected /, "")
    .replace(/, received .*$/, "");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((at: unknown, step) => (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[step], value);
}
