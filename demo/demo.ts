import { parseArgs } from "node:util";
import { makeJourney } from "./journey.ts";
import { isTaken, listenOnLoopback } from "./loopback.ts";
import { chooseProxy, proxyLabels, proxyNames, type ProxyName } from "./proxy.ts";
import { startStack } from "./stack.ts";

const usage = `npm run demo -- [--check] [--port N] [--proxy ${proxyNames.join("|")}]

  --check    run the whole sign-in without a browser and exit 0 or 1
  --port N   the port to listen on (8080)
  --proxy    the proxy to use (the first of these that is installed)
`;

interface Options {
  readonly isCheck: boolean;
  readonly port: number;
  readonly proxy: ProxyName;
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function run(args: string[]): Promise<number> {
  const options = await readOptions(args);
  if (options === undefined) {
    print(usage);
    return 0;
  }
  const { isCheck, port, proxy } = options;
  if (await isTaken(port))
    throw new Error(`port ${port} is in use: stop the program on it, or add -- --port N`);
  const stopSignal = nextSignal();
  const stack = await startStack({ port, proxy });
  try {
    if (isCheck) {
      print(`through ${proxyLabels[proxy]} at ${stack.address}`);
      return (await makeJourney(stack, print)) ? 0 : 1;
    }
    print(welcome(stack.address, proxy));
    await stopSignal;
    return 0;
  } finally {
    await stack.close();
  }
}

async function readOptions(args: string[]): Promise<Options | undefined> {
  const { values } = parseArgs({
    args,
    options: {
      check: { type: "boolean", default: false },
      port: { type: "string" },
      proxy: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const isCheck = values.check;
  const proxy = values.proxy === undefined ? chooseProxy() : proxyOf(values.proxy);
  if (values.port !== undefined) return { isCheck, proxy, port: portOf(values.port) };
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
  process.stdout.write(`${line}\n`);
}
