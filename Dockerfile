# The single executable is made for the system and the processor of this stage.
FROM node:26.10.0-bookworm-slim AS build
WORKDIR /doorward
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY LICENSE ./
COPY build build
COPY demo demo
COPY docs/source-files.ts docs/
COPY providers providers
COPY server server
RUN npm run build
# Node needs libatomic, which the base of the final stage does not have. Sessions are stored in the folder.
RUN cp --dereference /usr/lib/*-linux-gnu/libatomic.so.1 dist/ && mkdir dist/sessions

# glibc, libstdc++, the certificates of public authorities, and the user 65532; no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
ARG VERSION=1.0.0-rc.1
LABEL org.opencontainers.image.title="doorward" \
      org.opencontainers.image.description="A forward-auth service for Traefik, Caddy and nginx: sign-in with OpenID Connect in front of any app" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /doorward/dist/libatomic.so.1 /usr/lib/
COPY --from=build /doorward/dist/doorward /usr/local/bin/
# The only folder that doorward writes.
COPY --from=build --chown=65532:65532 /doorward/dist/sessions /var/lib/doorward
# A relative `storage.base` is below it, in whatever folder a command runs.
ENV STATE_DIRECTORY=/var/lib/doorward
WORKDIR /var/lib/doorward
VOLUME /var/lib/doorward
USER 65532:65532
EXPOSE 4180
HEALTHCHECK CMD ["/usr/local/bin/doorward", "health", "--config", "/etc/doorward/doorward.yaml"]
ENTRYPOINT ["/usr/local/bin/doorward"]
CMD ["serve", "--config", "/etc/doorward/doorward.yaml"]
