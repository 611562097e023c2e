import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

/** ISO 639-1 code, lower case: `en`, `de`. */
export type LanguageCode = Brand<string, "LanguageCode">;

const LANGUAGE = /^[a-z]{2}$/;

/** @throws InvalidValueError when the text has not the form of a code. */
export function languageCode(value: string): LanguageCode {
  if (LANGUAGE.test(value)) return value as LanguageCode;
  throw new InvalidValueError({
    noun: "LanguageCode",
    expected: "two lower-case letters (ISO 639-1)",
    found: value,
    hint: "send the primary tag only: en, not en-US",
  });
}

export const LanguageCodeSchema = brandedSchema<LanguageCode>(
  z.string().regex(LANGUAGE, "expected a two-letter ISO 639-1 code"),
);
