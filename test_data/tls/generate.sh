#!/bin/sh
# Makes the certificates of this folder anew. They vouch for nothing outside of the tests.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
subject() { echo "/O=fettle tests/CN=$1"; }
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

key "$work/authority.key"
: >"$work/index"
cat >"$work/ca.cnf" <<CNF
[ca]
default_ca = here
[here]
database = $work/index
new_certs_dir = $work
serial = $work/serial
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
organizationName = optional
commonName = supplied
CNF
echo 1000 >"$work/serial"
key server.key

# Dates are given in full, so that the certificates do not depend on when they were made.
from=20200101000000Z
to=21200101000000Z

# name, key
itself() {
  openssl req -new -key "$2" -subj "$(subject "$1")" -addext "subjectAltName=IP:127.0.0.1" \
    -addext "basicConstraints=critical,CA:TRUE" -out "$work/$1.csr"
  openssl ca -batch -notext -selfsign -config "$work/ca.cnf" -keyfile "$2" \
    -in "$work/$1.csr" -startdate "$from" -enddate "$to" -out "$1.pem" 2>/dev/null
}
# name, names it is valid for, until
certificate() {
  openssl req -new -key server.key -subj "$(subject "$1")" -addext "subjectAltName=$2" -out "$work/$1.csr"
  openssl ca -batch -notext -config "$work/ca.cnf" -cert authority.pem -keyfile "$work/authority.key" \
    -in "$work/$1.csr" -startdate "$from" -enddate "$3" -out "$1.pem" 2>/dev/null
}
itself authority "$work/authority.key"
itself self-signed server.key
certificate server "IP:127.0.0.1,DNS:localhost" "$to"
certificate expired "IP:127.0.0.1,DNS:localhost" 20200102000000Z
certificate other-host "DNS:other.test" "$to"
