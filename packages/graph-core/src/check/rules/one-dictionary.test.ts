import { test } from "vitest";
import { age, model, parity, rank, schemaOf, snapshotSlot } from "../../../test/support/features.ts";
import { expectDiagnostics, expectValid } from "../../../test/support/wired.ts";
import { Dictionary } from "../../values/dictionary.ts";

const words = new Dictionary(["desktop", "phone"]);
const device = { ...age, name: "device", type: "dictionary", dictionary: words } as const;
const devices = schemaOf(device);
const Devices = snapshotSlot("devices", devices);
const scored = (manifest: object) =>
  parity(
    {
      rank: rank({
        reads: [Devices],
        uses: [model({ features: ["device"], featureSchemaFingerprint: devices.fingerprint, ...manifest })],
        scores: { snapshot: Devices, features: "all", unlogged: "preselection only" },
      }),
    },
    [Devices],
  );

test("the model was trained with the dictionary that encodes the feature", () => {
  expectValid(scored({ dictionaries: { device: words.fingerprint } }));
});

test("another dictionary, or none, is told once, with the feature and its owner", () => {
  const other = new Dictionary(["phone", "desktop"]).fingerprint;
  const expected = {
    code: "TENON1027",
    message:
      'feature "device" (owner team-f) of slot "devices" (owner team-devices) has another dictionary than resource "model" (owner team-m), which node "rank" (owner team-rank) scores it with',
    parties: ["feature device team-f", "resource model team-m", "node rank team-rank", "slot devices team-devices"],
  };
  expectDiagnostics(scored({ dictionaries: { device: other }, featureSchemaFingerprint: "0".repeat(64) }), [expected]);
  expectDiagnostics(scored({ dictionaries: {} }), [expected]);
});
