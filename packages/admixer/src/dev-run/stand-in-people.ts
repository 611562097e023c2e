/**
 * People for corpora. Whoever asked is replaced, before a run is kept, by somebody who was made up.
 *
 * S1 A stand-in is a function of the key and the user id, or the request id of a stranger: the same user has the same
 *    stand-in while the key lives, and without the key nobody finds the way back.
 * S2 Nothing else of the person is read: neither the profile nor the counts of the store, nor the city or the query of
 *    the request, but that they were there. A field of the request that is not personal stays.
 */
import { createHmac } from "node:crypto";
import {
  type AdmittedRequest,
  type AdRequest,
  type CountryCode,
  type UserId,
  type UserProfile,
  userId,
} from "@tenon/ads-model";
import { type Catalogue, categoryRows, generateQuery, generateUsers, randomStream } from "@tenon/marketplace";

/** Made-up people to choose from: enough that every country has some. */
const PEOPLE = 2_000;
const PEOPLE_SEED = 0x5eed;
const ID_PREFIX = "stand-in-";
const DIGITS = 16;

export class StandInPeople {
  readonly #key: string;
  readonly #catalogue: Catalogue;
  readonly #rows: ReadonlyMap<string, number>;
  readonly #everybody: readonly UserProfile[];
  readonly #byCountry: ReadonlyMap<string | null, readonly UserProfile[]>;

  constructor(catalogue: Catalogue, key: string) {
    this.#key = key;
    this.#catalogue = catalogue;
    this.#rows = categoryRows(catalogue);
    this.#everybody = generateUsers(catalogue, { seed: PEOPLE_SEED, count: PEOPLE });
    this.#byCountry = Map.groupBy(this.#everybody, ({ country }) => country);
  }

  /** The request as its stand-in would have sent it. */
  requestOf(request: AdmittedRequest): AdmittedRequest {
    const { userId: asked, city, query, ...rest } = request as AdmittedRequest & AdRequest;
    const who = asked === undefined ? `request ${request.requestId}` : `user ${asked}`;
    const digest = this.#digest(who);
    return {
      ...rest,
      ...(asked !== undefined && { userId: userId(`${ID_PREFIX}${request.country}-${digest}`) }),
      ...(city !== undefined && { city: this.#city(request, digest) }),
      ...(query !== undefined && { query: this.#query(request, digest) }),
    };
  }

  /** What is known of a stand-in; null for any other id. */
  profile(id: UserId): UserProfile | null {
    if (!id.startsWith(ID_PREFIX)) return null;
    const [country, digest] = id.slice(ID_PREFIX.length).split("-") as [CountryCode, string];
    return { ...this.#person(country, digest), userId: id };
  }

  #digest(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("hex").slice(0, DIGITS);
  }

  #person(country: CountryCode, digest: string): UserProfile {
    const people = this.#byCountry.get(country) ?? this.#everybody;
    return people[numberOf(digest) % people.length] as UserProfile;
  }

  #city({ country, region }: AdmittedRequest, digest: string): string {
    const { cities } = this.#catalogue;
    const near = cities.filter((city) => city.country === country && (region === undefined || city.region === region));
    const all = near.length === 0 ? cities : near;
    return all[numberOf(digest) % all.length]?.name ?? "";
  }

  #query({ requestId, country, region }: AdmittedRequest, digest: string): string {
    const interests = this.#person(country, digest).interests.flatMap(({ interest }) => this.#rows.get(interest) ?? []);
    const random = randomStream(numberOf(this.#digest(`query ${requestId}`)), "stand-in query");
    return generateQuery(this.#catalogue, { country, region: region ?? null, interests }, random);
  }
}

/** 32 bits of a digest. */
function numberOf(digest: string): number {
  return Number.parseInt(digest.slice(0, 8), 16);
}
