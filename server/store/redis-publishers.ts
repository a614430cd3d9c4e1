import type { Cluster, Redis } from "ioredis";

/** A node of Redis that accepts messages. A node of a Cluster passes them on to the nodes that it can reach. */
export interface Publisher {
  /** Its address: a node remains the same one after it has been connected to again. */
  readonly name: string;
  readonly publish: (channel: string, text: string) => Promise<unknown>;
}

/** The server itself, or the masters that the Cluster named last. */
export function publishersOf(client: Redis | Cluster): () => readonly Publisher[] {
  if (!("nodes" in client)) {
    const server = [publisherOf("server", client)];
    return () => server;
  }
  let masters: readonly Publisher[] = [];
  // Only now are the nodes of the client those of the Cluster. Before, they are the configured ones, and later it drops
  // each one that it loses.
  client.on("refresh", () => {
    masters = client
      .nodes("master")
      .map((node) => publisherOf(`${node.options.host}:${node.options.port}`, node));
  });
  return () => masters;
}

function publisherOf(name: string, node: Redis): Publisher {
  return { name, publish: (channel, text) => node.publish(channel, text) };
}

/**
 * Publishes through all of these and resolves as soon as all but one have accepted the message. Each subscriber that is
 * receiving hears more than half of them (see `Heartbeats`), so also one of those. Rejects with the error of the second
 * one that fails.
 */
export async function publishThrough(
  publishers: readonly Publisher[],
  channel: string,
  text: string,
): Promise<void> {
  if (publishers.length === 0) throw new Error("the masters of the Cluster are not known yet");
  let mayFail = publishers.length > 1 ? 1 : 0;
  let needed = publishers.length - mayFail;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const accept = () => {
    if (--needed === 0) resolve();
  };
  const fail = (error: unknown) => {
    if (mayFail-- === 0) reject(error);
  };
  for (const publisher of publishers) publisher.publish(channel, text).then(accept, fail);
  await promise;
}
