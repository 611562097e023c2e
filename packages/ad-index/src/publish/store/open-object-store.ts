import { fileURLToPath } from "node:url";
import { storeRefuses } from "../errors.ts";
import { FolderStore } from "./folder-store.ts";
import type { ObjectStore } from "./object-store.ts";
import { S3Store } from "./s3-store.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The store at an address: `file:///folder`, or `s3://bucket/prefix?region=…&endpoint=…`. Keys to S3 come from the usual variables
 * AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, the region also from AWS_REGION, the endpoint from
 * AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL.
 *
 * @throws GraphError TENON1444
 */
export function openObjectStore(address: string, environment: Environment): ObjectStore {
  const url = URL.parse(address);
  if (url?.protocol === "file:") return new FolderStore(fileURLToPath(url));
  if (url?.protocol === "s3:" && url.hostname !== "" && url.password === "") return openS3(url, environment);
  // The address itself is not shown: people put passwords into addresses.
  throw storeRefuses("the object store", "its address is neither file:///folder nor s3://bucket/prefix");
}

function openS3(url: URL, environment: Environment): S3Store {
  const accessKeyId = environment.AWS_ACCESS_KEY_ID ?? "";
  const secretAccessKey = environment.AWS_SECRET_ACCESS_KEY ?? "";
  const region = url.searchParams.get("region") ?? environment.AWS_REGION ?? "us-east-1";
  const endpoint =
    url.searchParams.get("endpoint") ??
    environment.AWS_ENDPOINT_URL_S3 ??
    environment.AWS_ENDPOINT_URL ??
    `https://s3.${region}.amazonaws.com`;
  const name = `bucket "${url.hostname}"`;
  if (accessKeyId === "" || secretAccessKey === "") {
    throw storeRefuses(name, "AWS_ACCESS_KEY_ID or AWS_SECRET_ACCESS_KEY is not set");
  }
  if (URL.parse(endpoint) === null) throw storeRefuses(name, "its endpoint is no address");
  const prefix = url.pathname.replaceAll(/^\/+|\/+$/g, "");
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  return new S3Store({
    ...{ endpoint, region, bucket: url.hostname, prefix: prefix === "" ? undefined : prefix },
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
}
