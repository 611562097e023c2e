import type { Topic } from "@tenon/event-log/api";
import { z } from "zod";

/** What a node wants sent: data, until the worker commits it. */
export interface Message<Value = unknown> {
  readonly key: string;
  /** Event time, from the input: a replay gives the same bytes. */
  readonly timeMs: number;
  readonly value: Value;
}

/** Messages of one record's run per topic: a node that makes more is broken, not busy. */
export const MESSAGES_MAX = 10_000;

/**
 * The schema of a respond slot that holds messages for a topic.
 *
 * @example
 * export const Alerts = slot("alerts", messagesOf(AlertTopic), { owner: "ads-delivery", leaves: "outside" });
 */
export function messagesOf<Schema extends z.ZodType>(
  topic: { readonly schema: Schema } & Pick<Topic<unknown>, "name">,
) {
  return z.array(z.object({ key: z.string(), timeMs: z.int(), value: topic.schema })).max(MESSAGES_MAX);
}
