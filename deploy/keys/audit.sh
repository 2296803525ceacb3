#!/bin/sh
# Makes, once, the Ed25519 key pair that signs and verifies the worker's daily exports
# of the chains' heads. Harmless to run again. The folder is its argument; the user who
# may read the private key is HAME_USER, as number:number.
set -eu

dir=$1
umask 077
if [ -e "$dir/audit.pem" ] && [ -e "$dir/audit.pub" ]; then
	exit 0
fi
openssl genpkey -algorithm ed25519 -out "$dir/audit.next"
openssl pkey -in "$dir/audit.next" -pubout -out "$dir/audit.pub"
# The key is in place only once it can be read and verified.
chown "$HAME_USER" "$dir/audit.next" "$dir/audit.pub"
chmod 400 "$dir/audit.next"
chmod 444 "$dir/audit.pub"
mv "$dir/audit.next" "$dir/audit.pem"
