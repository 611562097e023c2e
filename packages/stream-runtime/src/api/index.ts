/** What nodes need to say what they send and what is counted; nothing that runs. */
export { rowSchema, WorkItem } from "../change/row-schema.ts";
export { type Message, messagesOf } from "../task/message.ts";
export * from "../window/aggregate.ts";
export { LateEvent, windowResult } from "../window/tumbling.ts";
