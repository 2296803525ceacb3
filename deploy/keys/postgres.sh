#!/bin/sh
# Makes the key and the certificate with which PostgreSQL proves who it is. The
# certificate stands for itself: it is its clients' authority too, and signs no other.
# Harmless to run again. The arguments are the folder that the server alone has, and
# the one that its clients have; the server's user is HAME_USER.
set -eu

server=$1 clients=$2
umask 077
# One that has a month left or less is made anew; PostgreSQL and its clients take it up
# when they start again.
if [ -e "$server/server.key" ] && openssl x509 -in "$clients/root.crt" -noout -checkend 2592000 >/dev/null 2>&1; then
	exit 0
fi
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
	-subj "/CN=postgres" -addext "subjectAltName=DNS:postgres,DNS:localhost,IP:127.0.0.1" \
	-addext "basicConstraints=critical,CA:FALSE" -addext "extendedKeyUsage=serverAuth" \
	-keyout "$server/server.next" -out "$server/server.crt"
cp "$server/server.crt" "$clients/root.crt"
chmod 444 "$clients/root.crt"
chown "$HAME_USER" "$server" "$server/server.next" "$server/server.crt"
# The key is in place only once everything beside it is.
mv "$server/server.next" "$server/server.key"
