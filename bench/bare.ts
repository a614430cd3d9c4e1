import { createServer } from "node:http";

/** The headers of doorward's response for the same user. */
const answer = Object.entries({
  "Cache-Control": "no-store",
  "Content-Length": "0",
  "X-Auth-Request-User": "ada",
  "X-Auth-Request-Email": "ada@example.com",
  "X-Auth-Request-Groups": "staff,ops",
  "X-Auth-Request-Preferred-Username": "ada.l",
}).flat();

/** A minimal Node server: it reads the headers that a decision needs, and answers 200. */
const server = createServer((request, response) => {
  const { headers } = request;
  const hasRequest =
    ((headers["x-original-url"] ?? headers["x-forwarded-uri"]) !== undefined &&
      (headers["x-original-method"] ?? headers["x-forwarded-method"]) !== undefined) ||
    // Envoy sends the visitor's path and method as those of its own request.
    request.url?.startsWith("/verify/") === true;
  const isComplete = hasRequest && headers.cookie !== undefined && headers.accept !== undefined;
  response.writeHead(isComplete ? 200 : 400, answer);
  response.end();
});
server.keepAliveTimeout = 130_000;
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.stdout.write("listening\n"));
