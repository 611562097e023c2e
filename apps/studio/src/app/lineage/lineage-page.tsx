import type { IndexDocument } from "../../data/index-document.ts";
export function LineagePage(_: { readonly index: IndexDocument }) {
  return null;
}
