# The assistant as one process in a container: `docker compose up --build`.

FROM python:3.13-slim-bookworm AS build
WORKDIR /build
COPY pyproject.toml README.md LICENSE ./
COPY requirements requirements
COPY scripts scripts
COPY src src
COPY web web
# What it installs is locked by hash; the page is built with the Node that scripts/node.py fetches.
RUN scripts/setup \
    && .venv/bin/python scripts/web.py \
    && .venv/bin/uv build --quiet --wheel --offline --no-build-isolation --python .venv/bin/python
RUN python -m venv /opt/aizuchi \
    && /opt/aizuchi/bin/pip install --quiet --no-cache-dir --only-binary :all: \
        --no-deps --require-hashes --requirement requirements/runtime.txt \
    && /opt/aizuchi/bin/pip install --quiet --no-cache-dir --no-deps --no-index dist/aizuchi-*.whl \
    && /opt/aizuchi/bin/pip uninstall --quiet --yes uv-build pip

FROM python:3.13-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin aizuchi \
    && install --directory --owner aizuchi --group aizuchi /data /app
COPY --from=build /opt/aizuchi /opt/aizuchi
ENV PATH="/opt/aizuchi/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    AIZUCHI_HOME=/data \
    AIZUCHI__SERVER__HOST=0.0.0.0
WORKDIR /app
VOLUME /data
EXPOSE 8765
USER 10001:10001
# A stop lets running answers end for [server] drain_s, and is over within 10 s.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import http.client, os; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('AIZUCHI_PORT', 8765)), timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["aizuchi"]
CMD ["serve"]
