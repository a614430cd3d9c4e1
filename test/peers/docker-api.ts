import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** What Traefik's Docker provider asks of a Docker engine: each container's labels and address, and events. */
interface DockerApi {
  readonly port: number;
  close(): Promise<void>;
}

/** The engine's answers for containers that all have the address 127.0.0.1. */
export async function startDockerApi(
  labelsOf: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<DockerApi> {
  const containers = Object.entries(labelsOf).map(([name, labels]) => containerOf(name, labels));
  const server = createServer(({ url = "" }, response) => {
    const path = url.replace(/^\/v[\d.]+/, "").split("?", 1)[0] ?? "";
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Api-Version", "1.47");
    if (path === "/events") return void response.flushHeaders(); // none ever happens
    response.end(JSON.stringify(answer(path, containers)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => shut(server) };
}

function answer(path: string, containers: readonly Container[]): unknown {
  if (path === "/version") return { Version: "28.0.0", ApiVersion: "1.47", MinAPIVersion: "1.24" };
  if (path === "/containers/json") return containers.map(({ Id, Names }) => ({ Id, Names }));
  return containers.find(({ Id }) => path === `/containers/${Id}/json`) ?? {};
}

type Container = ReturnType<typeof containerOf>;

function containerOf(name: string, labels: Readonly<Record<string, string>>) {
  return {
    Id: name,
    Name: `/${name}`,
    Names: [`/${name}`],
    State: { Status: "running", Running: true },
    Config: { Labels: labels },
    HostConfig: { NetworkMode: "bridge" },
    NetworkSettings: {
      Networks: { bridge: { NetworkID: "bridge", IPAddress: "127.0.0.1" } },
    },
  };
}

async function shut(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
