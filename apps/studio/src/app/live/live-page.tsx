import type { IndexDocument } from "../../data/index-document.ts";
export function LivePage(_: { readonly index: IndexDocument }) {
  return null;
}
