import { spawn } from "node:child_process";

/**
 * Opens a URL with the platform's own opener. listhen's is not used: on Linux it runs `/tmp/xdg-open`, which any
 * user of the machine can put there first.
 */
export function openInBrowser(url: string, onFailure: (reason: string) => void): void {
  const [command, ...words] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(command, [...words, url], { detached: true, stdio: "ignore" });
  child.once("error", (error) => onFailure(error.message));
  child.once("exit", (code) => {
    if (code !== null && code !== 0) onFailure(`${command} ended with exit code ${code}`);
  });
  child.unref();
}

const openers: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};
