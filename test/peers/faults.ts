import { AsyncLocalStorage } from "node:async_hooks";
import { typeOf, type Call, type Mode } from "./fault-modes.ts";
import type { Store } from "../../server/store/store.ts";

/** One request whose calls of dependencies are counted, and of which one call may be made to fail. */
export interface FaultRun {
  readonly calls: Call[];
  /** The index of the call that fails, and how. */
  readonly fault: { readonly at: number; readonly mode: Mode } | undefined;
  /** The store fails in every call, whatever else fails. */
  readonly isStoreDown: boolean;
  /** False before and after the request: every call is then honest. */
  isOpen: boolean;
  /** The call that was made to fail. */
  hit: string | undefined;
}

const running = new AsyncLocalStorage<FaultRun>();

export function createFaultRun(isStoreDown = false, fault?: FaultRun["fault"]): FaultRun {
  return { calls: [], fault, isStoreDown, isOpen: false, hit: undefined };
}

/** Runs `work` and everything that it starts as a part of the run. */
export function inFaultRun<T>(run: FaultRun, work: () => T): T {
  return running.run(run, work);
}

/** Runs `work` as no part of the run, for a peer in this process that doorward asks. */
export function outsideFaultRun<T>(work: () => T): T {
  return running.exit(work);
}

/** The same function, except for the call that a run makes fail. */
export function observed<This, Args extends unknown[], Result>(
  name: string,
  honest: (this: This, ...args: Args) => Result,
): (this: This, ...args: Args) => Result {
  return function (...args) {
    const run = running.getStore();
    if (run?.isOpen !== true) return honest.apply(this, args);
    const index = run.calls.length;
    const call = { name, result: "throws" };
    run.calls.push(call);
    if (run.fault?.at === index) {
      run.hit = name;
      return run.fault.mode(() => honest.apply(this, args), args) as Result;
    }
    const result = honest.apply(this, args);
    call.result = typeOf(result);
    if (result instanceof Promise)
      result.then(
        (value: unknown) => (call.result = `promise of ${typeOf(value)}`),
        () => {},
      );
    return result;
  };
}

/** Replaces the named methods of an object by observed ones. */
export function observeMethods<T extends object>(
  prefix: string,
  target: T,
  names: readonly (keyof T & string)[],
): T {
  const changed = names.map((name) => {
    const honest: unknown = target[name];
    if (typeof honest !== "function") throw new Error(`${prefix}.${name} is not a function`);
    return [name, observed(`${prefix}.${name}`, (...args) => Reflect.apply(honest, target, args))];
  });
  return { ...target, ...Object.fromEntries(changed) };
}

/** A driver whose methods are observed, and which fails in a run whose store is down. */
export function observeDriver<T extends object>(driver: T): T {
  const entries = Object.entries(driver).map(([name, honest]: [string, unknown]) => {
    if (typeof honest !== "function") return [name, honest];
    const failing = (...args: unknown[]): unknown => {
      if (running.getStore()?.isStoreDown === true) throw new Error("the store is down");
      return Reflect.apply(honest, driver, args);
    };
    return [name, observed(`driver.${name}`, failing)];
  });
  return Object.fromEntries(entries) as T;
}

/** A hash or a cipher: the function that makes it is observed, and so are its results. */
export function observedMaker<Args extends unknown[], Made extends object>(
  name: string,
  make: (...args: Args) => Made,
): (...args: Args) => Made {
  return observed(name, (...args: Args) => {
    const made = make(...args);
    const self: Made = new Proxy(made, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        const call = (...rest: unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, target, rest);
          return result === target ? self : result;
        };
        return key === "digest" || key === "final" ? observed(`${name}().${key}`, call) : call;
      },
    });
    return self;
  });
}

/** A store whose methods are observed, except those that an app calls only when it starts and ends. */
export function observeStore(store: Store): Store {
  const names = [
    "get",
    "set",
    "replace",
    "remove",
    "claim",
    "extend",
    "release",
    "announce",
  ] as const;
  const hears = observed("store.hearsAnnouncements", () => store.hearsAnnouncements);
  return Object.defineProperty(observeMethods("store", store, names), "hearsAnnouncements", {
    get: hears,
    enumerable: true,
  });
}
