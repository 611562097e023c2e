import { z } from "zod";
import { type Brand, brandedSchema } from "./brand.ts";
import { InvalidValueError } from "./invalid-value-error.ts";

/** ISO 3166-1 alpha-2 code, upper case. */
export type CountryCode = Brand<string, "CountryCode">;
/** ISO 3166-2 code of a part of a country: `US-CA`, `GB-SCT`. */
export type RegionCode = Brand<string, "RegionCode">;

/** The 249 codes of ISO 3166-1 and XK (Kosovo), which is user-assigned but used by every geography source we read. */
const CODES =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA" +
  " CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA" +
  " GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP" +
  " KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS" +
  " MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS" +
  " RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW" +
  " TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

export const COUNTRY_CODES: readonly CountryCode[] = CODES.split(" ") as CountryCode[];
const known: ReadonlySet<string> = new Set(COUNTRY_CODES);

const REGION = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;

/** @throws InvalidValueError when no country has this code. */
export function countryCode(value: string): CountryCode {
  if (known.has(value)) return value as CountryCode;
  throw new InvalidValueError({
    noun: "CountryCode",
    expected: "an ISO 3166-1 alpha-2 code in upper case",
    found: value,
    hint: "send GB for the United Kingdom, GR for Greece",
  });
}

/** @throws InvalidValueError when the text is not a known country, a hyphen and 1 to 3 letters or digits. */
export function regionCode(value: string): RegionCode {
  if (REGION.test(value) && known.has(value.slice(0, 2))) return value as RegionCode;
  throw new InvalidValueError({
    noun: "RegionCode",
    expected: "an ISO 3166-2 code in upper case",
    found: value,
    hint: "write country and part with a hyphen: US-CA",
  });
}

/** The country a region belongs to. */
export function countryOfRegion(region: RegionCode): CountryCode {
  return countryCode(region.slice(0, 2));
}

export const CountryCodeSchema = brandedSchema<CountryCode>(
  z.string().refine((value) => known.has(value), "expected an ISO 3166-1 alpha-2 code in upper case"),
);
export const RegionCodeSchema = brandedSchema<RegionCode>(
  z.string().refine((value) => REGION.test(value) && known.has(value.slice(0, 2)), "expected an ISO 3166-2 code"),
);
