import { checkNodeFolders } from "@tenon/source-rules";
import { expect, test } from "vitest";
import { root } from "../src/repository.ts";

test("no node reaches around its slots, its resources and its context", () => {
  const findings = checkNodeFolders({
    root,
    nodes: "packages/nodes",
    hostOwner: "ads-platform",
    alsoDeclaredIn: ["packages/ads-model/src"],
  });
  expect(
    findings.map(
      ({ code, file, line, column, message, hint }) => `${code} ${file}:${line}:${column} ${message}; ${hint}`,
    ),
  ).toEqual([]);
});
