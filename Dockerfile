# doorward and what it needs at run time, nothing of the tests. Node runs the TypeScript as it is.
FROM node:26.10-slim AS packages
WORKDIR /doorward
COPY package.json package-lock.json .npmrc ./
# valibot names TypeScript as an optional peer: without the second flag it is installed too, with 30 MB.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:26.10-slim
WORKDIR /doorward
COPY --from=packages /doorward/node_modules node_modules
COPY package.json LICENSE ./
COPY providers providers
COPY server server
# A start without a configuration fails, and leaves compiled what every start needs (server/cli/doorward.js).
# It ends before listhen is loaded, which is therefore loaded by itself.
RUN node server/cli/doorward.js serve --config /none.yaml; \
    node -e 'require("node:module").enableCompileCache("node_modules/.cache/doorward"); require("listhen")'; \
    chmod -R a+rX node_modules/.cache
# Sessions lie here where `storage` is a folder; the rest of the image needs no writing.
RUN mkdir data && chown node:node data
VOLUME /doorward/data
ENV NODE_ENV=production
USER node
HEALTHCHECK CMD ["node", "server/cli/doorward.js", "health", "--config", "/etc/doorward/doorward.yaml"]
ENTRYPOINT ["node", "server/cli/doorward.js"]
CMD ["serve", "--config", "/etc/doorward/doorward.yaml"]
