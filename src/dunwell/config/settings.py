"""Django settings, read once from the environment (see `environment.py` for each variable)."""

from __future__ import annotations

import pgtrigger

from dunwell.config.environment import environment
from dunwell.config.logging import configure_structlog, logging_settings

env = environment()

SECRET_KEY = env.secret_key_value()
DEBUG = env.debug
BASE_URL = env.base_url
DATA_DIR = env.data_dir
ALLOWED_HOSTS = env.hosts()
ROOT_URLCONF = "dunwell.config.urls"
ASGI_APPLICATION = "dunwell.config.asgi.application"
AUTH_USER_MODEL = "organizations.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True
DATABASES = {"default": env.database_settings()}

INSTALLED_APPS = [
    "dunwell.organizations",
    "dunwell.ledger",
    "dunwell.messaging",
    "dunwell.followup",
    "dunwell.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

# History: statement-level triggers, because row-level ones are quadratic in bulk inserts;
# rows of history can be added, never changed or deleted.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True

# Background work: tasks are defined by the worker app alone
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["dunwell.worker.tasks"]

# Static files come out of the package, with far-future caching where a file's name carries its hash
STATIC_URL = "/static/"
STATIC_ROOT = env.data_dir / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = env.debug
MEDIA_ROOT = env.data_dir / "files"

# Mail, for organizations without a server of their own
SMTP_HOST = env.smtp_host
SMTP_PORT = env.smtp_port
SMTP_SECURITY = env.smtp_security
SMTP_USER = env.smtp_user
SMTP_PASSWORD = env.smtp_password.get_secret_value()
SMTP_TIMEOUT = env.smtp_timeout
SENDER = env.sender
REPLY_TO = env.reply_to

WORKER_CONCURRENCY = env.worker_concurrency

# Security: everything a browser can enforce is on; https-only parts follow the base URL
SESSION_COOKIE_SECURE = env.is_https
CSRF_COOKIE_SECURE = env.is_https
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [env.base_url.rstrip("/")]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if env.is_https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.behind_proxy else None
SECURE_SSL_REDIRECT = env.is_https and env.behind_proxy
X_FRAME_OPTIONS = "DENY"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Logs
configure_structlog()
LOGGING = logging_settings(level=env.log_level, log_format=env.log_format)
