import type { SourceRule } from "../finding.ts";
import { ambientClock } from "./ambient-clock.ts";
import { ambientContext } from "./ambient-context.ts";
import { ambientLocale } from "./ambient-locale.ts";
import { ambientProcess } from "./ambient-process.ts";
import { ambientRandomness } from "./ambient-randomness.ts";
import { brandCast } from "./brand-cast.ts";
import { completionOrder } from "./completion-order.ts";
import { dynamicCode } from "./dynamic-code.ts";
import { escapedDraft } from "./escaped-draft.ts";
import { filledAbsence } from "./filled-absence.ts";
import { floatingPromise } from "./floating-promise.ts";
import { foreignNodeImport } from "./foreign-node-import.ts";
import { inputWrite } from "./input-write.ts";
import { moduleState } from "./module-state.ts";
import { moneyRounding } from "./money-rounding.ts";
import { outsideCall } from "./outside-call.ts";
import { swallowedError } from "./swallowed-error.ts";
import { timer } from "./timer.ts";
import { typeEscape } from "./type-escape.ts";
import { unstableOrder } from "./unstable-order.ts";

/** Every rule, by code. */
export const sourceRules: readonly SourceRule[] = [
  ambientClock,
  ambientRandomness,
  ambientProcess,
  outsideCall,
  timer,
  ambientContext,
  moduleState,
  foreignNodeImport,
  dynamicCode,
  floatingPromise,
  inputWrite,
  typeEscape,
  unstableOrder,
  completionOrder,
  ambientLocale,
  swallowedError,
  escapedDraft,
  moneyRounding,
  brandCast,
  filledAbsence,
];
