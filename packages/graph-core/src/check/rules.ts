/** The rules, as data, in the order in which their findings are shown: what is wrong in the wiring comes first. */
import type { GraphsRule, Rule } from "./rule.ts";
import { acyclic } from "./rules/acyclic.ts";
import { alignedColumns } from "./rules/aligned-columns.ts";
import { booleanCondition } from "./rules/boolean-condition.ts";
import { budgetFitsDeadline } from "./rules/budget-fits-deadline.ts";
import { closedUniverse } from "./rules/closed-universe.ts";
import { columnCircle } from "./rules/column-circle.ts";
import { columnHasWriter } from "./rules/column-has-writer.ts";
import { commitsTogether } from "./rules/commits-together.ts";
import { conditionalInput } from "./rules/conditional-input.ts";
import { deadNode } from "./rules/dead-node.ts";
import { declaredFailure } from "./rules/declared-failure.ts";
import { deprecatedReaders } from "./rules/deprecated-readers.ts";
import { fallbackFits } from "./rules/fallback-fits.ts";
import { featureUseDeclared } from "./rules/feature-use-declared.ts";
import { filterKeepsColumns } from "./rules/filter-keeps-columns.ts";
import { follows } from "./rules/follows.ts";
import { knownOwner } from "./rules/known-owner.ts";
import { knownReplacement } from "./rules/known-replacement.ts";
import { labelsStayInside } from "./rules/labels-stay-inside.ts";
import { logRecordHoldsFeatures } from "./rules/log-record-holds-features.ts";
import { loggedFromScored } from "./rules/logged-from-scored.ts";
import { loggedIsUsed } from "./rules/logged-is-used.ts";
import { missingProducer } from "./rules/missing-producer.ts";
import { omitNeedsSoftReaders } from "./rules/omit-needs-soft-readers.ts";
import { oneDictionary } from "./rules/one-dictionary.ts";
import { oneFeatureSchema } from "./rules/one-feature-schema.ts";
import { oneGraphPerName } from "./rules/one-graph-per-name.ts";
import { oneTokenPerName } from "./rules/one-token-per-name.ts";
import { oneWriterPerColumn } from "./rules/one-writer-per-column.ts";
import { orderedMerge } from "./rules/ordered-merge.ts";
import { purposeAllowed } from "./rules/purpose-allowed.ts";
import { requestSlotWritten } from "./rules/request-slot-written.ts";
import { respondProduced } from "./rules/respond-produced.ts";
import { scoredIsLogged } from "./rules/scored-is-logged.ts";
import { shadowMatchesPrimary } from "./rules/shadow-matches-primary.ts";
import { shadowNotRead } from "./rules/shadow-not-read.ts";
import { singleProducer } from "./rules/single-producer.ts";
import { totalOrder } from "./rules/total-order.ts";
import { unreadOutput } from "./rules/unread-output.ts";

/** Rules about one graph. `sound-definition` (TENON1002) comes before them all, where a definition becomes a wiring. */
export const rules: readonly Rule[] = [
  missingProducer,
  singleProducer,
  requestSlotWritten,
  oneTokenPerName,
  respondProduced,
  acyclic,
  deadNode,
  unreadOutput,
  closedUniverse,
  knownOwner,
  deprecatedReaders,
  knownReplacement,
  shadowMatchesPrimary,
  shadowNotRead,
  budgetFitsDeadline,
  omitNeedsSoftReaders,
  conditionalInput,
  booleanCondition,
  declaredFailure,
  fallbackFits,
  filterKeepsColumns,
  alignedColumns,
  orderedMerge,
  totalOrder,
  featureUseDeclared,
  scoredIsLogged,
  loggedFromScored,
  oneFeatureSchema,
  oneDictionary,
  logRecordHoldsFeatures,
  loggedIsUsed,
  labelsStayInside,
  purposeAllowed,
  follows,
  commitsTogether,
];

/** Rules about several graphs. */
export const graphsRules: readonly GraphsRule[] = [oneWriterPerColumn, columnCircle, columnHasWriter, oneGraphPerName];
