import manifest from "../../package.json" with { type: "json" };
import type { Environment } from "../config/forward-proxy.ts";
import type { Log } from "../observe/log.ts";
import type { Tracer } from "../observe/tracer.ts";

interface OpenTracer {
  readonly tracer: Tracer;
  /** Sends the spans that wait. */
  flush(): Promise<void>;
  /** The same at the end of the process, in less than a second. */
  close(): Promise<void>;
}

/**
 * The tracer that OpenTelemetry's variables describe; undefined = traces are off, and nothing is loaded for them. Throws
 * an error that names an invalid variable.
 */
export async function openTracer(
  environment: Environment,
  log: Log,
): Promise<OpenTracer | undefined> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? "";
  if (endpoint === "") return undefined;
  // Nothing of the value: it may contain a password.
  if (!isPlainAddress(endpoint))
    throw new Error(
      "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL, or has credentials, a query or a fragment: write http://collector:4318, and credentials into OTEL_EXPORTER_OTLP_HEADERS",
    );
  const { OtlpExporter } = await import("../observe/otlp-exporter.ts");
  const { createOtlpTracer } = await import("../observe/otlp-tracer.ts");
  const name = environment.OTEL_SERVICE_NAME ?? "doorward";
  const exporter = new OtlpExporter(
    {
      endpoint,
      headers: headersIn(environment.OTEL_EXPORTER_OTLP_HEADERS),
      resource: { "service.name": name, "service.version": manifest.version },
    },
    log,
  );
  return {
    tracer: createOtlpTracer(exporter),
    flush: () => exporter.flush(),
    close: () => exporter.close(),
  };
}

/** An address to which a path can be added, and which a log line may contain. */
function isPlainAddress(written: string): boolean {
  const url = URL.parse(written);
  if (url === null || !/^https?:$/.test(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === "");
}

/** `name=value,name=value`, percent-encoded as W3C Baggage is. */
function headersIn(written = ""): Record<string, string> {
  const pairs = written.split(",").filter((pair) => pair.trim() !== "");
  return Object.fromEntries(pairs.map(headerIn));
}

/** Checked at the start, because the error of `fetch` quotes the value, which is usually a credential. */
function headerIn(pair: string): [name: string, value: string] {
  const [, name, written] = /^([^=]+)=(.*)$/s.exec(pair)?.map((part) => part.trim()) ?? [];
  if (name === undefined || written === undefined)
    throw new Error("OTEL_EXPORTER_OTLP_HEADERS has a part that is not name=value");
  if (!isHeader(name, ""))
    throw new Error("OTEL_EXPORTER_OTLP_HEADERS has a name that is not the name of a header");
  const value = decoded(written);
  if (!isHeader(name, value))
    throw new Error(
      `OTEL_EXPORTER_OTLP_HEADERS has a character in the value of ${name} that a header cannot contain`,
    );
  return [name, value];
}

function isHeader(name: string, value: string): boolean {
  try {
    return new Headers([[name, value]]).has(name);
  } catch {
    return false;
  }
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Error("OTEL_EXPORTER_OTLP_HEADERS has a % that is not part of a percent-encoding");
  }
}
