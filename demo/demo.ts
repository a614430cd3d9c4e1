import { defineCommand } from "citty";
import { refuseUnknown } from "../server/cli/arguments.ts";
import { reportErrors } from "../server/cli/run-command.ts";
import { stdout } from "../server/cli/stdout.ts";
import { makeJourney } from "./journey.ts";
import { isTaken, listenOnLoopback } from "./loopback.ts";
import { chooseProxy, proxyLabels, proxyNames, type ProxyName } from "./proxy.ts";
import { startStack } from "./stack.ts";

const args = {
  check: { type: "boolean", description: "run the whole sign-in without a browser; exit 0 or 1" },
  port: { type: "string", description: "the port to listen on (8080)", valueHint: "N" },
  proxy: {
    type: "string",
    description: `the proxy to use: ${proxyNames.join(", ")} (the first that is installed)`,
    valueHint: "NAME",
  },
} as const;

export const demo = defineCommand({
  meta: {
    name: "demo",
    description: "try doorward on this machine: an issuer, an app and a proxy",
  },
  args,
  run: (given) =>
    reportErrors(async () => {
      refuseUnknown(given.rawArgs, args);
      await runDemo(await optionsOf(given.args));
    }),
});

interface Written {
  readonly check?: boolean | undefined;
  readonly port?: string | undefined;
  readonly proxy?: string | undefined;
}

interface Options {
  readonly isCheck: boolean;
  readonly port: number;
  readonly proxy: ProxyName;
}

async function runDemo({ isCheck, port, proxy }: Options): Promise<void> {
  if (await isTaken(port))
    throw new Error(`port ${port} is in use: stop the program on it, or add --port N`);
  const stopSignal = nextSignal();
  const stack = await startStack({ port, proxy });
  try {
    if (isCheck) {
      print(`through ${proxyLabels[proxy]} at ${stack.address}`);
      if (!(await makeJourney(stack, print))) process.exitCode = 1;
      return;
    }
    print(welcome(stack.address, proxy));
    await stopSignal;
  } finally {
    await stack.close();
  }
}

async function optionsOf({ check: isCheck = false, port, proxy: name }: Written): Promise<Options> {
  const proxy = name === undefined ? chooseProxy() : proxyOf(name);
  if (port !== undefined) return { isCheck, proxy, port: portOf(port) };
  // No browser opens the address of a check, so any free port works and no other server is in the way.
  return { isCheck, proxy, port: isCheck ? await anyPort() : 8080 };
}

function proxyOf(written: string): ProxyName {
  const name = proxyNames.find((one) => one === written);
  if (name === undefined)
    throw new Error(`--proxy must be one of ${proxyNames.join(", ")}, not "${written}"`);
  return name;
}

function portOf(written: string): number {
  const port = Number(written);
  if (/^\d{1,5}$/.test(written) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--port must be a number from 1 to 65535, not "${written}"`);
}

async function anyPort(): Promise<number> {
  const { port, close } = await listenOnLoopback(() => undefined);
  await close();
  return port;
}

/** Ctrl-C, `kill` or a closed terminal. npm forwards Ctrl-C as well, so the signal can arrive twice. */
function nextSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, resolve);
  return promise;
}

function welcome(address: string, proxy: ProxyName): string {
  return `
  ${proxyLabels[proxy]} asks doorward about every request, and passes allowed requests to an app.

  Open  ${address}

  The issuer shows two accounts:
    Ada  ada@example.com        has access: the app shows the identity headers it received
    Bob  bob@elsewhere.example  has no access: doorward shows a page that offers another account

  Ctrl-C stops everything.
`;
}

function print(line: string): void {
  stdout().write(`${line}\n`);
}
