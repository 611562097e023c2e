import { adIndexContract } from "../conformance/index.ts";
import { buildBase } from "./base.ts";
import { openIndex } from "./open-index.ts";

adIndexContract({
  makeBase: (documents, options) => buildBase(documents, { ...options, vectors: "lists" }),
  openIndex,
});
