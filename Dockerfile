# Evertill's server: nothing of the till's window, packages by hash, and no root.
FROM python:3.13-slim AS packages
COPY requirements-server.lock .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements-server.lock

FROM python:3.13-slim
RUN useradd --system --uid 10001 --user-group --no-create-home evertill \
 && install -d -o evertill -g evertill -m 0700 /var/lib/evertill
COPY --from=packages /venv /venv
WORKDIR /srv/evertill
COPY sync_agent/__init__.py sync_agent/compiled_sql.py sync_agent/private_files.py sync_agent/
COPY sync_agent/contract sync_agent/contract
COPY server_stub server_stub
COPY resources/__init__.py resources/demo_catalogue.csv resources/
COPY deploy/entrypoint.sh /usr/local/bin/evertill-server
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER evertill
VOLUME /var/lib/evertill
EXPOSE 8765
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as ask; ask.urlopen('http://127.0.0.1:8765/readyz', timeout=4)"]
ENTRYPOINT ["/usr/local/bin/evertill-server"]
CMD ["--home", "/var/lib/evertill", "--host", "0.0.0.0", "--insecure"]
