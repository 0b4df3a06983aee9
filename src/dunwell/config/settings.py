"""Django settings, read once from the environment (see `environment.py` for each variable)."""

from __future__ import annotations

from dunwell.config.environment import environment

env = environment()

SECRET_KEY = env.secret_key_value()
DEBUG = env.debug
ALLOWED_HOSTS = env.allowed_hosts
BASE_URL = env.base_url
ROOT_URLCONF = "dunwell.config.urls"
ASGI_APPLICATION = "dunwell.config.asgi.application"
AUTH_USER_MODEL = "organizations.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = True

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

DATABASES = {"default": env.database_settings()}

# History: statement-level triggers, because row-level ones are quadratic in bulk inserts;
# rows of history can be added, never changed or deleted.
import pghistory  # noqa: E402
import pgtrigger  # noqa: E402

PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)
