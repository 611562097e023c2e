/** Replication connections that do what careless readers do. */
import type { ReplicationConnection, ReplicationStream, StreamMessage } from "@tenon/postgres/replication";

type Open = () => Promise<ReplicationConnection>;

function withStream(open: Open, wrap: (stream: ReplicationStream) => ReplicationStream): Open {
  return async () => {
    const connection = await open();
    return { ...bound(connection), stream: async (options) => wrap(await connection.stream(options)) };
  };
}

/** Confirms what was received, as a timer over the last received position does. */
export function confirmsReceived(open: Open): Open {
  return withStream(open, (stream) => ({
    ended: stream.ended,
    get bytesRead() {
      return stream.bytesRead;
    },
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    sendStatus: (status) => stream.sendStatus({ ...status, flushed: status.received }),
  }));
}

/** Tells the positions at which messages of rows begin. */
export function notesRowPositions(open: Open, positions: bigint[]): Open {
  return async () => {
    const connection = await open();
    return {
      ...bound(connection),
      stream: (options) =>
        connection.stream({
          ...options,
          onMessage: (message: StreamMessage) => {
            if (message.kind === "data" && message.bytes[0] === "I".charCodeAt(0)) positions.push(message.position);
            options.onMessage(message);
          },
        }),
    };
  };
}

function bound(connection: ReplicationConnection): ReplicationConnection {
  return {
    identify: () => connection.identify(),
    createSlot: (options) => connection.createSlot(options),
    dropSlot: (slot) => connection.dropSlot(slot),
    stream: (options) => connection.stream(options),
    close: () => connection.close(),
  };
}
