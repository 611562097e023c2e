import { node } from "@tenon/graph-core";
import { declaredGroup, type SourceGroup, sourceOfGroup } from "../../indexing/sources.ts";
import { vectorBytes } from "../../indexing/vector-bytes.ts";
import { writeUpdateContract } from "./write-update.contract.ts";

export const writeUpdate = node({
  ...writeUpdateContract,
  run: ({ entityUpdate: update, updateProblems }) => {
    const source = sourceOfGroup(update);
    if (source === undefined || updateProblems.length > 0) return { updateWrites: {} };
    const { key, operation, columns, sourceAtMs } = update;
    const row = { key, version: BigInt(update.version) };
    const name = source.entity.name;
    if (operation === "delete" && source.isRow) return { updateWrites: { [name]: { deletes: [row] } } };
    const groups = groupWrites(source, { ...row, columns, sourceAtMs });
    // What was deleted and is there again must be seen again, at the version at which it is.
    return { updateWrites: { [name]: { groups, ...(source.isRow && { restores: [row] }) } } };
  },
});

/** The group, and each of its blobs, at one version. Of a group that was taken away every column is null, and its blobs stay. */
function groupWrites(
  source: SourceGroup,
  update: {
    readonly key: number;
    readonly version: bigint;
    readonly columns: Readonly<Record<string, unknown>> | null;
    readonly sourceAtMs: number;
  },
) {
  const { key, version, columns, sourceAtMs } = update;
  const blobs = source.entity.groups.filter(({ blob }) => blob).map((blob) => blob.name);
  const names = declaredGroup(source).columns.map((column) => column.name);
  const stored = Object.fromEntries(names.map((name) => [name, columns?.[name] ?? null]));
  const own = { key, version, columns: { ...stored, [`${source.group}SourceAtMs`]: sourceAtMs } };
  const beside = blobs.flatMap((blob) => {
    const vector = columns?.[blob] as readonly number[] | undefined;
    return vector === undefined ? [] : [[blob, [{ key, version, columns: { [blob]: vectorBytes(vector) } }]] as const];
  });
  return { [source.group]: [own], ...Object.fromEntries(beside) };
}
