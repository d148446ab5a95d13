#!/bin/sh
# Runs once, on a new database: the schema's owner, who migrates, and the server's role, who may do neither that
# nor see past row-level security.
set -eu
cd "${SECRETS:-/run/secrets}"
psql -v ON_ERROR_STOP=1 --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
\set owner_password `cat owner-password`
\set server_password `cat server-password`
CREATE ROLE evertill_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner_password';
CREATE ROLE evertill_server LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'server_password';
CREATE DATABASE evertill OWNER evertill_owner;
REVOKE CONNECT ON DATABASE evertill FROM PUBLIC;
GRANT CONNECT ON DATABASE evertill TO evertill_server;
SQL
