import type { IndexDocument } from "../../data/index-document.ts";
export function DocumentPage(_: { readonly index: IndexDocument }) {
  return null;
}
