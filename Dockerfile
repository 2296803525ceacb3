# Hame's two programs in one image: /worker, which it runs, and /starter.
FROM golang:1.26 AS build
WORKDIR /src
# The modules come first: they change less often than the source.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/ ./worker ./starter && mkdir /keys /exports

# The zone data is in the programs. Certificate authorities are for a Temporal
# server or database that is reached over TLS.
FROM debian:13-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/worker /out/starter /
# A volume mounted at one of these belongs to the programs' user.
COPY --from=build --chown=65532:65532 /keys /keys
COPY --from=build --chown=65532:65532 /exports /exports
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["/worker"]
