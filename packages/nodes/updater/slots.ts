/** From an update to rows. */
import { slot } from "@tenon/graph-core";
import { writeSetSchema } from "@tenon/storage-repo/api";
import { messagesOf } from "@tenon/stream-runtime/api";
import { z } from "zod";
import { SOURCE_ENTITIES } from "../indexing/source-rows.ts";
import { EntityUpdateSchema, RejectedUpdates } from "../indexing/topics.ts";

const owner = "ads-data" as const;

export const EntityUpdate = slot("entityUpdate", EntityUpdateSchema, {
  owner,
  purposeOf: "a group of columns of one row, as the gateway or a backfill sends it",
});

export const UpdateProblems = slot(
  "updateProblems",
  z.array(
    z.strictObject({
      /** `entity.group.column`, and the place within it. */
      field: z.string(),
      expected: z.string(),
      found: z.string(),
      owner: z.string(),
    }),
  ),
  { owner, purposeOf: "everything that keeps the update from being written; none when it fits" },
);

export const UpdateWrites = slot("updateWrites", writeSetSchema(SOURCE_ENTITIES), {
  ...{ owner, leaves: "outside" },
  purposeOf: "the update as rows; nothing when it does not fit",
});

export const RejectedMessages = slot("rejectedMessages", messagesOf(RejectedUpdates), {
  ...{ owner, leaves: "outside" },
  purposeOf: "the update with the reason, when it does not fit",
});
