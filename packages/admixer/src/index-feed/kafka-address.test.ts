import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scratchFolder } from "../../test/scratch-folder.ts";
import { readKafkaAddress } from "./kafka-address.ts";

let scratch: ReturnType<typeof scratchFolder>;
beforeEach(() => {
  scratch = scratchFolder();
});
afterEach(() => scratch.remove());

test("brokers alone are neither encrypted nor asked who they talk to", async () => {
  expect(await readKafkaAddress("kafka://one:9092,two:9092")).toEqual({ brokers: ["one:9092", "two:9092"] });
});

test("TLS is by the machine's authorities, or by those of a file; users are percent-encoded", async () => {
  expect(await readKafkaAddress("kafka+tls://one:9093")).toEqual({ brokers: ["one:9093"], tls: true });
  const ca = join(scratch.folder, "ca.pem");
  await writeFile(ca, "a certificate");
  const address = `kafka+tls://ads%40team:p%3Ass%2Fword@one:9093,two:9093?mechanism=plain&servername=kafka&ca=${ca}`;
  expect(await readKafkaAddress(address)).toEqual({
    brokers: ["one:9093", "two:9093"],
    tls: { ca: "a certificate", servername: "kafka" },
    sasl: { mechanism: "plain", username: "ads@team", password: "p:ss/word" },
  });
  expect(await readKafkaAddress("kafka+tls://ads:secret@one:9093")).toMatchObject({
    sasl: { mechanism: "scram-sha-512" },
  });
});

test.each([
  ["kafka://one", "names no brokers"],
  ["kafka://one:9092?acks=all", 'has no parameter "acks"'],
  ["kafka://one:9092?ca=/etc/ca.pem", "names certificates without TLS"],
  ["kafka+tls://one:9093?ca=/no/such/file.pem", 'names a file "ca" that cannot be read'],
  ["kafka+tls://one:9093?mechanism=plain", "names a mechanism and nobody"],
  ["kafka+tls://ads:hush@one:9093?mechanism=gssapi", 'has mechanism "gssapi"'],
  ["kafka+tls://ads@one:9093", "has a user without a password"],
  ["kafka+tls://ads:hush%@one:9093", "not percent-encoded"],
])("%s is refused, and no secret is quoted", async (address, says) => {
  const error = await readKafkaAddress(address).catch((refused: unknown) => refused);
  expect(error).toMatchObject({ code: "TENON1600", message: expect.stringContaining(says) });
  expect(JSON.stringify(error)).not.toContain("hush");
});
