import { WireError } from "./kafka-errors.ts";

export async function told<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw toWireError(error);
  }
}

/** kafkajs wraps what it retried: the first cause tells. */
export function toWireError(error: unknown, unsent = false): WireError {
  if (error instanceof WireError) return error;
  let found = error as { code?: unknown; type?: unknown; cause?: unknown; originalError?: unknown; memberId?: string };
  for (let depth = 0; depth < 5 && found.type === undefined; depth++) {
    const inner = found.cause ?? found.originalError;
    if (inner === undefined || inner === null) break;
    found = inner as typeof found;
  }
  const kafkaCode =
    typeof found.type === "string" && typeof found.code === "number" && found.code > 0 ? found.code : undefined;
  return new WireError(error, { kafkaCode, unsent, memberId: found.memberId });
}
