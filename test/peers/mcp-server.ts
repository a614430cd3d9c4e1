import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

/** A server of the Model Context Protocol without any sign-in of its own; its tool returns the identity headers. */
export interface TestMcpServer {
  readonly port: number;
  /** The paths of the requests that reached it, and who sent them. */
  readonly asked: { readonly path: string | undefined; readonly user: string }[];
  close(): Promise<void>;
}

export async function startMcpServer(): Promise<TestMcpServer> {
  const asked: { readonly path: string | undefined; readonly user: string }[] = [];
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()));
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    asked.push({ path: request.url, user: String(request.headers["x-auth-request-user"]) });
    const id = String(request.headers["mcp-session-id"] ?? "");
    const transport = transports.get(id) ?? (await open());
    await transport.handleRequest(request, response);
  }

  async function open(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void transports.set(id, transport),
    });
    const tools = new McpServer({ name: "notes", version: "1.0.0" });
    tools.registerTool("whoami", { description: "Who calls" }, ({ requestInfo }) => ({
      content: [{ type: "text", text: String(requestInfo?.headers["x-auth-request-user"]) }],
    }));
    // The transport's own types differ in optional properties.
    await tools.connect(transport as Parameters<typeof tools.connect>[0]);
    return transport;
  }
}
