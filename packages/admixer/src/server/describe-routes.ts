/** The routes of a server as an OpenAPI document. */
import fastifySwagger from "@fastify/swagger";
import Fastify, { type RouteOptions } from "fastify";
import { jsonSchemaTransform, validatorCompiler } from "fastify-type-provider-zod";

const OPENAPI = {
  openapi: "3.1.0" as const,
  info: {
    title: "Tenon AdMixer",
    version: "0.1.0",
    description: "Ads for a feed: retrieved, ranked, priced and blended by a checked graph.",
  },
  components: { securitySchemes: { admin: { type: "http" as const, scheme: "bearer" } } },
};

/** The document is made by a server that never listens, of the same routes: the plugin sees only routes that come after it. */
export async function describeRoutes(routes: readonly RouteOptions[]): Promise<object> {
  // Routes for HEAD are among those that are given.
  const described = Fastify({ logger: false, exposeHeadRoutes: false });
  described.setValidatorCompiler(validatorCompiler);
  described.setSerializerCompiler(() => (value) => JSON.stringify(value));
  await described.register(fastifySwagger, { openapi: OPENAPI, transform: jsonSchemaTransform });
  for (const { method, url, schema } of routes)
    described.route({ method, url, ...(schema !== undefined && { schema }), handler: async () => undefined });
  await described.ready();
  const document = described.swagger();
  await described.close();
  return document;
}
