import type { OwnerName } from "./owners.ts";
import { callerPlace, type Place } from "./place.ts";
import type { Purpose } from "./slot.ts";

/** Facts about a model that checks need before it is loaded: what it reads, under which fingerprints. */
export interface ModelManifest {
  readonly version: string;
  /** Fingerprint of the feature schema the model was trained on. */
  readonly featureSchemaFingerprint: string;
  /** The features it reads, by name. */
  readonly features: readonly string[];
  /** Fingerprint of each dictionary its categorical features were encoded with, by feature name. */
  readonly dictionaries: Readonly<Record<string, string>>;
}

export interface ResourceOptions {
  readonly owner: OwnerName;
  /** One line: what can be read here. */
  readonly purpose: string;
  /**
   * The methods a node may call on it; each call is recorded by (resource, method, argument digest) for replay.
   * Leave it out for a *pinned* resource: an immutable value of one version (a model, a policy), recorded by version.
   */
  readonly methods?: readonly string[];
  /** For a model: checked against the snapshot it scores and the log record. */
  readonly manifest?: ModelManifest;
  /** What is read here is personal data: every slot written by a node that uses it carries the label. */
  readonly pii?: boolean;
  /** Restricts the processing purposes of every node that uses it, and of what is derived from it. */
  readonly restrictedTo?: readonly Purpose[];
}

/** An outside thing that nodes may read, never write: the host binds it, a recorder can stand in for it. */
export interface Resource<Name extends string = string, Value = unknown> {
  readonly kind: "resource";
  readonly name: Name;
  readonly owner: string;
  readonly purpose: string;
  readonly methods: readonly string[] | undefined;
  readonly manifest: ModelManifest | undefined;
  readonly pii: boolean;
  readonly restrictedTo: readonly Purpose[] | undefined;
  readonly place: Place | undefined;
  /** Carries the value type for the type checker; absent at run time. */
  readonly valueType: Value;
}

// biome-ignore lint/suspicious/noExplicitAny: the widest resource, whatever its value type
export type AnyResource = Resource<string, any>;

export type ResourceValueOf<Token extends AnyResource> = Token["valueType"];

/**
 * Declares a read-only resource. The value type is given first and the name is inferred, hence the two calls.
 *
 * @example
 * export const FrequencyPolicy = resource<{ readonly shownPerDayMax: number }>()("frequencyPolicy", {
 *   owner: "ads-delivery", purpose: "how often one user may see one campaign",
 * });
 */
export function resource<Value>() {
  return <const Name extends string>(name: Name, options: ResourceOptions): Resource<Name, Value> =>
    Object.freeze({
      kind: "resource",
      name,
      owner: options.owner,
      purpose: options.purpose,
      methods: options.methods,
      manifest: options.manifest,
      pii: options.pii ?? false,
      restrictedTo: options.restrictedTo,
      place: callerPlace(1),
    } satisfies Omit<Resource, "valueType">) as unknown as Resource<Name, Value>;
}

/** A resource bound to its value for a host. `current` is asked once per request, so a request sees one version. */
export interface Binding<Name extends string = string> {
  readonly resource: Resource<Name>;
  readonly current: () => unknown;
  /** Identifies the version of the value in traces and recordings. */
  readonly version: (value: unknown) => string;
}

/** Binds a resource to a value, or to a function that gives the current version at the start of each request. */
export function bind<Name extends string, Value>(
  token: Resource<Name, Value>,
  value: { readonly value: Value } | { readonly current: () => Value },
  version: (value: Value) => string = () => "",
): Binding<Name> {
  const current = "value" in value ? () => value.value : value.current;
  return { resource: token as Resource<Name>, current, version: version as (value: unknown) => string };
}
