import type { ChangeLog, ChangePiece, RowDelta } from "../src/changes/change-log.ts";

/** Pulls until `deltas` have come, at least. Waits as long as it takes: the test's own time limit ends it. */
export async function pullDeltas(log: ChangeLog, deltas: number): Promise<ChangePiece[]> {
  const pieces: ChangePiece[] = [];
  for (let left = deltas; left > 0; ) {
    for (const piece of await log.pull({ waitMs: 1_000 })) {
      pieces.push(piece);
      left -= piece.deltas.length;
    }
  }
  return pieces;
}

/** `write ads 111` */
export function deltaText(delta: RowDelta): string {
  return delta.operation === "truncate" ? `truncate ${delta.table}` : `${delta.operation} ${delta.table} ${delta.key}`;
}

export function textsOf(pieces: readonly ChangePiece[]): string[] {
  return pieces.flatMap(({ deltas }) => deltas.map(deltaText));
}
