import { createHash } from "node:crypto";

/** `context.random` for a test that needs many different draws: even in [0, 1), by seed, name and index. */
export function seededRandom(seed: number): (name: string, index?: number) => number {
  return (name, index = 0) => {
    const digest = createHash("sha256").update(`${seed} ${index} ${name}`).digest();
    return digest.readUInt32LE(0) / 2 ** 32;
  };
}
