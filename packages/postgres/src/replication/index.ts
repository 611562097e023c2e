export { lsnOf, lsnText } from "./lsn.ts";
export { openReplication } from "./open-replication.ts";
export { type PgoutputMessage, PgoutputReader, type PgoutputRelation } from "./pgoutput.ts";
export type { PgoutputTuple } from "./pgoutput-tuple.ts";
export type {
  CreatedSlot,
  CreateSlotOptions,
  ReplicationConnection,
  ReplicationStream,
  StreamMessage,
  StreamOptions,
  StreamStatus,
  SystemIdentity,
} from "./replication.ts";
export { type SlotState, slotState } from "./slot-state.ts";
export { StreamWatch, type StreamWatchOptions } from "./stream-watch.ts";
export { WakeUp } from "./wake-up.ts";
