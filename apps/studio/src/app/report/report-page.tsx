import type { IndexDocument } from "../../data/index-document.ts";
export function ReportPage(_: { readonly index: IndexDocument }) {
  return null;
}
