/**
 * Numbers by name: `random(name, index)` depends on the request's seed, the name and the index alone, so no schedule
 * can change a draw and a replay repeats it. Mixing is the 32-bit finaliser of MurmurHash3 (A. Appleby) on two lanes,
 * 53 bits of which become the fraction; uniformity is tested, cryptographic strength is not claimed.
 */
const LANE_STEP = 0x9e3779b9;
const TWO_POW_21 = 2 ** 21;
const TWO_POW_53 = 2 ** 53;

function mix(lane: number): number {
  let bits = lane;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** 32-bit hash of a text (FNV-1a, then mixed): also decides sampling by request id. */
export function hashText(text: string, seed = 0x811c9dc5): number {
  let bits = seed;
  for (let at = 0; at < text.length; at++) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  return mix(bits);
}

/** A uniform number in [0, 1) decided by seed, name and index. */
export function randomNumber(seed: number, name: string, index: number): number {
  const high = mix(hashText(name, seed ^ LANE_STEP) ^ mix(index + LANE_STEP));
  const low = mix(high ^ mix(seed) ^ Math.imul(index + 1, LANE_STEP));
  return (high * TWO_POW_21 + (low >>> 11)) / TWO_POW_53;
}
