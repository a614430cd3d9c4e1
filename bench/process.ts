import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";

/** The measured processes have this core to themselves; the load generator has the other. */
export const measuredCore = 0;
const otherCore = 1;

/** The clock tick of /proc (USER_HZ): 10 ms on every Linux that Node supports. */
const tickMs = 10;

/** Starts a command on one core; it is killed when this process exits. */
export function startPinned(
  core: "measured" | "other",
  words: readonly string[],
  options: { cwd?: string; stdout?: "pipe" | "ignore"; stderr?: "pipe" } = {},
): ChildProcess {
  const number = core === "measured" ? measuredCore : otherCore;
  const child = spawn("taskset", ["-c", String(number), ...words], {
    stdio: ["ignore", options.stdout ?? "pipe", options.stderr ?? "inherit"],
    env: environment(),
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  const killChild = () => child.kill("SIGKILL");
  process.once("exit", killChild);
  child.once("exit", () => process.off("exit", killChild));
  return child;
}

/** Without the variables of the bench: doorward does not start with a variable DOORWARD_… that is no setting. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith("DOORWARD_BENCH_"));
  return Object.fromEntries(own);
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = once(child, "exit");
  child.kill();
  await end;
}

/** User and system time of all threads of these processes, as the operating system counts it. */
export function cpuMs(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

function cpuOf(pid: number): number {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/**
 * The same of one process in nanoseconds, for what takes less than many ticks. It leaves out threads that ended, but the
 * measured programs keep theirs.
 */
export function threadCpuMs(pid: number): number {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = tasks.map((task) =>
    Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

/** Moves this process and what it starts later to the core of the load generator. */
export function leaveMeasuredCore(): void {
  const words = ["-acp", String(otherCore), String(process.pid)];
  execFileSync("taskset", words, { stdio: "ignore" });
}

/** The fields of proc_pid_stat(5) after the name, which can contain spaces: index 0 is the state. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** A process and its child processes. */
export function familyOf(pid: number): number[] {
  const all = readdirSync("/proc").map(Number).filter(Boolean);
  return [pid, ...all.filter((one) => parentOf(one) === pid)];
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(statOf(pid)[1]);
  } catch {
    return undefined; // the process has ended in the meantime
  }
}

/** Resident memory in MiB. */
export function rssMb(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
