import { checkRecords } from "@tenon/event-log/api";
import type { Key } from "@tenon/storage-repo/api";
import type { Handler } from "../change/handler.ts";
import { MESSAGES_MAX, type Message } from "../task/message.ts";
import { streamError } from "../task/stream-error.ts";
import { ID_HEADER } from "../worker/message-headers.ts";
import type { SinkMessage } from "./sink-outbox.ts";

/** What a run is known by: no two have the same. */
export interface RunName {
  readonly key: Key;
  /** Of the work item's claim: rises with every run of a key. */
  readonly version: bigint;
}

/**
 * The messages that a run's response holds, as records of their topics, each with an id of its own for good.
 *
 * @throws GraphError TENON1810 for more than `MESSAGES_MAX` in a slot, TENON1551 for a value that its topic could not read again,
 *   TENON1554 for one that no log could hold
 */
export function sinkMessages(
  handler: Handler,
  response: Readonly<Record<string, unknown>>,
  { key, version }: RunName,
): readonly SinkMessage[] {
  return Object.entries(handler.sinks).flatMap(([slot, topic]) => {
    const messages = response[slot] as readonly Message[];
    if (messages.length > MESSAGES_MAX) throw tooMany(handler, slot, messages.length);
    const records = messages.map((message, index) =>
      topic.record({ ...message, headers: { [ID_HEADER]: `${handler.name}/${key}/${version}/${slot}/${index}` } }),
    );
    checkRecords(records);
    return records;
  });
}

function tooMany({ name, owner }: Handler, slot: string, found: number): Error {
  return streamError("wrongHandler", `handler "${name}" sends too much from slot "${slot}"`, {
    owner,
    detail: `expected at most ${MESSAGES_MAX} messages of one run, found ${found}`,
    hint: "send what has changed, or let a handler of the rows below send each its own",
  });
}
