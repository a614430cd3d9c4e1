import manifest from "../../package.json" with { type: "json" };
import type { Environment } from "../config/forward-proxy.ts";
import type { Log } from "../observe/log.ts";
import type { Tracer } from "../observe/tracer.ts";

interface OpenTracer {
  readonly tracer: Tracer;
  /** Sends the spans that wait. */
  flush(): Promise<void>;
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
  const url = URL.parse(endpoint);
  // Nothing of the value: it may contain a password.
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "")
    throw new Error(
      "OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL, or has credentials or a query: write http://collector:4318, and credentials into OTEL_EXPORTER_OTLP_HEADERS",
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
  return { tracer: createOtlpTracer(exporter), flush: () => exporter.flush() };
}

/** `name=value,name=value`, percent-encoded as W3C Baggage is. */
function headersIn(written = ""): Record<string, string> {
  const pairs = written.split(",").flatMap((pair) => {
    const [, name, value = ""] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair) ?? [];
    return name === undefined ? [] : [[name, decoded(value.trim())]];
  });
  return Object.fromEntries(pairs);
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new Error("OTEL_EXPORTER_OTLP_HEADERS has a % that is not part of a percent-encoding");
  }
}
