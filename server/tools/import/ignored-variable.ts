import { nearest } from "../../config/nearest.ts";
import type { Note } from "./notes.ts";
import { options, restrictingOptions } from "./oauth2-proxy-options.ts";
import type { Setting } from "./setting.ts";

/** Options that oauth2-proxy reads from its command line alone. */
const flagsAlone = new Set(["config", "alpha_config"]);

const noEffect = "oauth2-proxy ignores this variable, so it had no effect, and has none now";

/**
 * The note about a variable that oauth2-proxy ignores, as it does with those that it does not know: Kubernetes adds some
 * for every service. undefined = it counts.
 */
export function ignoredVariable({ spelt }: Setting, name: string): Note | undefined {
  if (flagsAlone.has(name))
    return toDo(spelt, `${noEffect}: if the file that it names should count, name it in a flag`);
  if (options.has(name)) return undefined;
  const meant = nearest(name, [...options.keys()]);
  if (meant === undefined) return { kind: "left out", subject: spelt, message: noEffect };
  const hint = `did you mean OAUTH2_PROXY_${meant.toUpperCase()}?`;
  return restrictingOptions.has(meant)
    ? toDo(spelt, `${noEffect}: the restriction that it seems to be DOES NOT EXIST; ${hint}`)
    : { kind: "left out", subject: spelt, message: `${noEffect}; ${hint}` };
}

function toDo(subject: string, message: string): Note {
  return { kind: "to do", subject, message };
}
