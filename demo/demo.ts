import { parseArgs } from "node:util";
import { makeJourney } from "./journey.ts";
import { isTaken, listenOnLoopback } from "./loopback.ts";
import { chooseProxy, proxyLabels, proxyNames, type ProxyName } from "./proxy.ts";
import { startStack } from "./stack.ts";

const usage = `npm run demo -- [--check] [--port N] [--proxy ${proxyNames.join("|")}]

  --check    make the whole journey without a browser and exit 0 or 1
  --port N   another port than 8080
  --proxy    another proxy than the first of these that is here
`;

interface Wishes {
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
  const wishes = await read(args);
  if (wishes === undefined) {
    say(usage);
    return 0;
  }
  const { isCheck, port, proxy } = wishes;
  if (await isTaken(port))
    throw new Error(`port ${port} is taken: end what listens there, or add -- --port N`);
  const ending = signalled();
  const stack = await startStack({ port, proxy });
  try {
    if (isCheck) {
      say(`through ${proxyLabels[proxy]} at ${stack.address}`);
      return (await makeJourney(stack, say)) ? 0 : 1;
    }
    say(welcome(stack.address, proxy));
    await ending;
    return 0;
  } finally {
    await stack.close();
  }
}

async function read(args: string[]): Promise<Wishes | undefined> {
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
  // Nobody opens the address of a check, so any free port will do and it meets nobody else's.
  return { isCheck, proxy, port: isCheck ? await anyPort() : 8080 };
}

function proxyOf(written: string): ProxyName {
  const name = proxyNames.find((one) => one === written);
  if (name === undefined)
    throw new Error(`--proxy is one of ${proxyNames.join(", ")}, not "${written}"`);
  return name;
}

function portOf(written: string): number {
  const port = Number(written);
  if (/^\d{1,5}$/.test(written) && port >= 1 && port <= 65_535) return port;
  throw new Error(`--port is a number from 1 to 65535, not "${written}"`);
}

async function anyPort(): Promise<number> {
  const { port, close } = await listenOnLoopback(() => undefined);
  await close();
  return port;
}

/** Ctrl-C, `kill`, or a terminal that is closed. npm passes Ctrl-C on a second time, so it may come twice. */
function signalled(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, resolve);
  return promise;
}

function welcome(address: string, proxy: ProxyName): string {
  return `
  ${proxyLabels[proxy]} asks doorward about every request, and passes the permitted ones to an app.

  Open  ${address}

  You will be asked who you are. There are two accounts:
    Ada  ada@example.com        may pass: the app shows you who it was told you are
    Bob  bob@elsewhere.example  may not: doorward says so and offers another account

  Ctrl-C ends it all.
`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
