# syntax=docker/dockerfile:1
# alz in a container, twice:
#
#   docker build -t alz .              alz alone, without a shell: 30 MB to run it anywhere
#   docker build -t alz:ci --target ci .   with bash, curl, git and jq, for pipelines
#
# Both run as nobody in particular (65532), and need only to write beside alz.yaml
# (.alz/: journal and locks) or where --journal and --lock say. Credentials come from the
# environment of the run, never from the image.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo install --locked --path . --root /out

FROM debian:bookworm-slim AS ci
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends bash ca-certificates curl git jq unzip \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/bin/alz /usr/local/bin/alz
USER 65532:65532
WORKDIR /work
ENTRYPOINT []
CMD ["alz", "--help"]

# The C library and the system's certificates, and nothing else.
FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="alz" \
      org.opencontainers.image.description="Infrastructure as code for telephone numbers" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /out/bin/alz /usr/local/bin/alz
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/alz"]
CMD ["--help"]
