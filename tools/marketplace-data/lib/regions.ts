/**
 * ISO 3166-2 regions that both sources can express. The cities come with GeoNames codes, the brands with ISO codes; only where
 * the two can be mapped is a brand targeted below its country, since nobody could match it elsewhere.
 */

/** GeoNames first-level code → ISO 3166-2 part, for countries where they differ. */
const isoOfGeonames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AU: { "01": "ACT", "02": "NSW", "03": "NT", "04": "QLD", "05": "SA", "06": "TAS", "07": "VIC", "08": "WA" },
  CA: {
    "01": "AB",
    "02": "BC",
    "03": "MB",
    "04": "NB",
    "05": "NL",
    "07": "NS",
    "08": "ON",
    "09": "PE",
    "10": "QC",
    "11": "SK",
    "12": "YT",
    "13": "NT",
    "14": "NU",
  },
  DE: {
    "01": "BW",
    "02": "BY",
    "03": "HB",
    "04": "HH",
    "05": "HE",
    "06": "NI",
    "07": "NW",
    "08": "RP",
    "09": "SL",
    "10": "SH",
    "11": "BB",
    "12": "MV",
    "13": "SN",
    "14": "ST",
    "15": "TH",
    "16": "BE",
  },
  FR: {
    "11": "IDF",
    "24": "CVL",
    "27": "BFC",
    "28": "NOR",
    "32": "HDF",
    "44": "GES",
    "52": "PDL",
    "53": "BRE",
    "75": "NAQ",
    "76": "OCC",
    "84": "ARA",
    "93": "PAC",
    "94": "20R",
  },
};

/** Countries whose GeoNames codes are the ISO parts already. */
const sameCodes: Readonly<Record<string, RegExp>> = { US: /^[A-Z]{2}$/, CH: /^[A-Z]{2}$/, GB: /^(ENG|SCT|WLS|NIR)$/ };

/** `US-CA` for a city of California; null where the codes cannot be mapped. */
export function regionOfCity(country: string, adminCode: string): string | null {
  const part = sameCodes[country]?.test(adminCode) ? adminCode : isoOfGeonames[country]?.[adminCode];
  return part === undefined ? null : `${country}-${part}`;
}
