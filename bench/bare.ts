import { createServer } from "node:http";

/** What every answer of doorward's carries, for the same person. */
const answer = Object.entries({
  "Cache-Control": "no-store",
  "Content-Length": "0",
  "X-Auth-Request-User": "ada",
  "X-Auth-Request-Email": "ada@example.com",
  "X-Auth-Request-Groups": "staff,ops",
  "X-Auth-Request-Preferred-Username": "ada.l",
}).flat();

/** The least that a server on Node can do: it reads the headers that a verdict rests on, and says yes. */
const server = createServer((request, response) => {
  const { headers } = request;
  const isTold =
    (headers["x-original-url"] ?? headers["x-forwarded-uri"]) !== undefined &&
    (headers["x-original-method"] ?? headers["x-forwarded-method"]) !== undefined;
  const isWhole = isTold && headers.cookie !== undefined && headers.accept !== undefined;
  response.writeHead(isWhole ? 200 : 400, answer);
  response.end();
});
server.keepAliveTimeout = 130_000;
server.listen(Number(process.argv[2]), "127.0.0.1", () => process.stdout.write("listening\n"));
