/** All errors of the index, so that the words of one kind of mistake stand in one place. */
import { GraphError } from "@tenon/graph-core";

export function badLimit(limit: number, limitMax: number): GraphError {
  return new GraphError(`search limit ${limit} is not between 0 and ${limitMax}`, {
    code: "TENON1400",
    category: "input",
    detail: `expected an integer from 0 to ${limitMax}, found ${limit}`,
    hint: "ask for as many ads as the next stage can score",
  });
}

export function badVector(problem: string, expected: string, found: string): GraphError {
  return new GraphError(`vector ${problem}`, {
    code: "TENON1401",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "take the vector from the embedding the index was built with, without padding or truncating it",
  });
}

export function embeddingVersionDiffers(found: string, expected: string): GraphError {
  return new GraphError(`query vector is of embedding "${found}", the index of "${expected}"`, {
    code: "TENON1402",
    category: "input",
    detail: `expected embeddingVersion "${expected}", found "${found}"`,
    hint: "roll out the query embedding and the index together; distances between two spaces mean nothing",
  });
}

export function tooMany(what: string, found: number, max: number): GraphError {
  return new GraphError(`${found} ${what} in one call, at most ${max} are allowed`, {
    code: "TENON1403",
    category: "input",
    detail: `expected at most ${max} ${what}, found ${found}`,
    hint: "narrow the candidates first; the bound keeps one request from holding up the others",
  });
}

export function unknownForwardColumn(name: string, known: readonly string[]): GraphError {
  return new GraphError(`no forward column "${name}"`, {
    code: "TENON1404",
    category: "input",
    detail: `expected one of ${known.join(", ")}`,
    hint: "check the spelling, or add the column to FORWARD_COLUMN_TYPES",
  });
}

export function documentTwice(adId: number, version: number): GraphError {
  return new GraphError(`ad ${adId} is given twice at version ${version}`, {
    code: "TENON1405",
    category: "input",
    detail: "expected one document per ad and version in a full build",
    hint: "build from one snapshot of the source, or send changes through apply()",
  });
}

export function embeddingRowMissing(adId: number, row: number, version: string, rows: number): GraphError {
  return new GraphError(`ad ${adId} points at row ${row} of embedding "${version}", which has ${rows} rows`, {
    code: "TENON1406",
    category: "input",
    detail: `expected a row from 0 to ${rows - 1}, found ${row}`,
    hint: "send the vector with the document, or build with the matrix the document was embedded into",
  });
}

export function badAdVector(adId: number, problem: string, expected: string, found: string): GraphError {
  return new GraphError(`vector of ad ${adId} ${problem}`, {
    code: "TENON1407",
    category: "input",
    detail: `expected ${expected}, found ${found}`,
    hint: "embed the ad again; a vector of another width or with NaN would be found by nobody or by everybody",
  });
}

export function badTargeting(adId: number, attribute: string, operator: string): GraphError {
  return new GraphError(
    `ad ${adId} names attribute "${attribute}" twice with operator "${operator}" in one conjunction`,
    {
      code: "TENON1408",
      category: "input",
      detail: "expected every attribute once per operator (rule T4 of targeting)",
      hint: "merge the two value lists, or write two conjunctions",
    },
  );
}

export function badEmbeddingMatrix(version: string, dimensions: number, values: number): GraphError {
  return new GraphError(
    `embedding "${version}" has ${values} values, which are no whole rows of ${dimensions} dimensions`,
    {
      code: "TENON1409",
      category: "input",
      detail: `expected a positive number of dimensions and a multiple of it, found ${dimensions} and ${values}`,
      hint: "check the width the matrix was written with",
    },
  );
}

export function baseTooOld(base: string, watermark: number, floor: number): GraphError {
  return new GraphError(`base "${base}" lacks changes that are no longer held here`, {
    code: "TENON1445",
    category: "resource",
    detail: `its watermark is ${watermark}; changes up to position ${floor} were folded into the served base`,
    hint: "to go back to it, call rollBack with the changes after its watermark from the history of the feed",
  });
}

export function tooManyChanges(found: number, max: number): GraphError {
  return new GraphError(`${found} ads would differ from the base, at most ${max} may`, {
    code: "TENON1446",
    category: "resource",
    detail: `expected at most ${max} changed ads since the base; nothing of this batch was applied`,
    hint: "swap in a newer base or compact, then send the batch again; do not acknowledge it to the feed before",
  });
}

export function swapRunning(base: string): GraphError {
  return new GraphError(`base "${base}" cannot be swapped in: another swap is running`, {
    code: "TENON1447",
    category: "resource",
    detail: "expected one swap, compaction or rollback at a time",
    hint: "await the one that runs, then try again",
  });
}

export function baseOfAnotherIndex(base: string): GraphError {
  return new GraphError(`base "${base}" was not made by this index's builder`, {
    code: "TENON1448",
    category: "input",
    detail: "expected a base of buildBase or openBase",
    hint: "build the base with the same version of this package",
  });
}

export function recordsMissing(base: string, count: number, adId: number | undefined): GraphError {
  return new GraphError(`${count} documents of base "${base}" are not in its records, for example that of ad ${adId}`, {
    code: "TENON1449",
    category: "resource",
    detail: "expected the document of every live ad, at the version that the base names",
    hint: "load the base from the store again, or build a new one",
  });
}

export function buildThreadLost(cause: string): GraphError {
  return new GraphError("the thread that builds a new base ended without one", {
    code: "TENON1460",
    category: "resource",
    detail: `expected the base of the ads that were sent, found: ${cause}`,
    hint: "the served base stays as it was and no change is lost; give the process more memory, or compact again",
  });
}
