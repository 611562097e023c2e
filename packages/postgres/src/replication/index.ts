export { lsnOf, lsnText } from "./lsn.ts";
export { openReplication } from "./open-replication.ts";
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
