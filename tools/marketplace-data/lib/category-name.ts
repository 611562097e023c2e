/** Keys whose values need the key to be understood: `office/insurance` is an "insurance office", `amenity/cafe` a "cafe". */
const tellingKeys: ReadonlySet<string> = new Set(["shop", "office", "route", "school", "club", "emergency"]);
/** Values that say nothing by themselves. */
const emptyValues: ReadonlySet<string> = new Set(["yes", "other"]);

/** Readable name of a category path: `brands/amenity/fast_food` → `fast food`. */
export function categoryName(path: string): string {
  const [, key = "", value = ""] = path.split("/");
  const words = value.replaceAll("_", " ");
  const keyWords = key.replaceAll("_", " ");
  if (emptyValues.has(value)) return keyWords;
  return tellingKeys.has(key) && !words.endsWith(keyWords) ? `${words} ${keyWords}` : words;
}
