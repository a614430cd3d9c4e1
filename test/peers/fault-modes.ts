/** A call of a dependency during a request: what was called, and the type of its honest result. */
export interface Call {
  readonly name: string;
  readonly result: string;
}

/** What a call does in place of its work. */
export type Mode = (honest: () => unknown, args: readonly unknown[]) => unknown;

export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return value instanceof Promise ? "promise" : typeof value;
}

const injected = () => new Error("injected fault");

/** What a dependency can answer in place of a value of the right type. */
const values: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  "the number 200": () => 200,
  "a string": () => "allow",
  "an object": () => ({}),
  "an allow": () => ({ status: 200, verdict: "allow", session: {}, kind: "session" }),
  "an array": () => [],
};

const failures: Readonly<Record<string, () => unknown>> = {
  "an Error": injected,
  "a string": () => "injected fault",
  "a response": () => ({ status: 200, statusCode: 200 }),
};

/** Clocks that are no clock, and clocks that are wrong. */
const times: Readonly<Record<string, (honest: number) => unknown>> = {
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  "-Infinity": () => Number.NEGATIVE_INFINITY,
  "a negative time": () => -1,
  "a time as a string": (honest) => String(honest),
  "a time as a Date": (honest) => new Date(honest),
  "the past": (honest) => honest - 10 * 365 * 86_400_000,
  "the future": (honest) => honest + 100 * 365 * 86_400_000,
};

/** Every way in which one call can fail, by name. */
export function modesFor({ name, result }: Call): Map<string, Mode> {
  const modes = new Map<string, Mode>();
  const isAsync = result.startsWith("promise");
  const type = result.replace("promise of ", "");
  for (const [what, make] of Object.entries(failures)) {
    if (!isWide(name) && what !== "an Error") continue;
    modes.set(`throws ${what}`, () => {
      throw make();
    });
    if (isAsync) modes.set(`rejects with ${what}`, () => Promise.reject(make()));
  }
  if (result === "undefined") return modes; // no caller reads its result
  for (const [what, make] of Object.entries(values)) {
    const isSameType = ["string", "number", "boolean", "undefined"].includes(type);
    if (isSameType && typeOf(make()) === type) continue;
    if (!isWide(name) && !narrow.has(what)) continue;
    if (isAsync) modes.set(`resolves to ${what}`, async () => make());
    else modes.set(`returns ${what}`, make);
  }
  if (isAsync) modes.set("returns no promise", () => 200);
  else modes.set("returns a promise", async () => ({}));
  if (type === "boolean") modes.set("returns the opposite", (honest) => opposite(honest()));
  if (hanging.test(name)) modes.set("never answers", (_, args) => untilAborted(args));
  if (name === "clock")
    for (const [what, make] of Object.entries(times))
      modes.set(`returns ${what}`, (honest) => make(Number(honest())));
  return modes;
}

/** The values that pure functions answer wrongly; the other dependencies answer all of them. */
const narrow: ReadonlySet<string> = new Set([
  "undefined",
  "true",
  "a string",
  "an array",
  "an object",
]);

function isWide(name: string): boolean {
  return !/^(create|JSON|hkdf|random|clock)/.test(name);
}

/** The dependencies across a network or a disk: doorward waits for them with a time limit. */
const hanging = /^(driver\.|fetch)/;

/** Never settles, except that a request ends when its caller gives it up, as with a real `fetch`. */
function untilAborted(args: readonly unknown[]): Promise<never> {
  const signals = args.flatMap((arg) =>
    typeof arg === "object" && arg !== null && "signal" in arg ? [arg.signal] : [],
  );
  return new Promise((_, reject) => {
    for (const signal of signals)
      if (signal instanceof AbortSignal)
        signal.addEventListener("abort", () => reject(signal.reason));
  });
}

function opposite(value: unknown): unknown {
  return value instanceof Promise ? value.then((late) => late !== true) : value !== true;
}
