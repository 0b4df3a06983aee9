"""Django settings, read once from the environment (see `environment.py` for each variable)."""

from __future__ import annotations

import pgtrigger

from dunwell.config.embedded.binaries import client_folders
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
POSTGRES_PROGRAMS = client_folders()  # pg_dump and psql; those on PATH come after

INSTALLED_APPS = [
    "dunwell.organizations",
    "dunwell.ledger",
    "dunwell.messaging",
    "dunwell.followup",
    "dunwell.alerts",
    "dunwell.web",
    "dunwell.portal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "dunwell.web.middleware.security_headers",
    "dunwell.web.health.probes",
    "django.middleware.security.SecurityMiddleware",
    "dunwell.web.middleware.StaticFiles",
    "dunwell.web.middleware.no_null_characters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "dunwell.web.templatetags.parts",
                "dunwell.web.templatetags.figures",
                "dunwell.web.templatetags.guidance",
                "dunwell.web.templatetags.changes",
            ],
        },
    }
]
FORM_RENDERER = "dunwell.web.forms.Renderer"

# Sign-in: by e-mail address; accounts are made by invitation or `dunwell user create`, nobody signs up
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_FORMS = {
    "login": "dunwell.web.account_forms.SignInForm",
    "reset_password": "dunwell.web.account_forms.ResetPasswordForm",
    "reset_password_from_key": "dunwell.web.account_forms.NewPasswordForm",
    "change_password": "dunwell.web.account_forms.ChangePasswordForm",
    "set_password": "dunwell.web.account_forms.SetPasswordForm",
    "reauthenticate": "dunwell.web.account_forms.ConfirmForm",
}
MFA_FORMS = {
    "activate_totp": "dunwell.web.account_forms.ActivateAppForm",
    "authenticate": "dunwell.web.account_forms.SecondFactorForm",
    "reauthenticate": "dunwell.web.account_forms.ConfirmByCodeForm",
}
ACCOUNT_ADAPTER = "dunwell.web.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Our own growing delay (rules/lockout.py) refuses an address long before ten tries in five minutes
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,10/5m/key", "reset_password": "20/m/ip,3/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.behind_proxy else 0
MFA_ADAPTER = "dunwell.web.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses are vouched for by whoever made the account
MFA_TOTP_ISSUER = "Dunwell"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = env.is_local and not env.is_https
SOCIALACCOUNT_ADAPTER = "dunwell.web.accounts.ProviderAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": env.oidc_providers()}}
OIDC_ORIGIN = env.oidc_origin
OIDC_TRUSTS_EMAIL = env.oidc_trusts_email
OPENID_CONNECT_NAME = env.oidc_name if env.oidc_issuer else ""

# Counted by all web processes together: failed sign-ins, codes, password resets
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "organizations_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# History: statement-level triggers, because row-level ones are quadratic in bulk inserts;
# rows of history can be added, never changed or deleted.
PGHISTORY_LEVEL = pgtrigger.Statement
PGHISTORY_APPEND_ONLY = True

# Background work: tasks are defined by the worker app alone
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["dunwell.worker.tasks"]

# Static files come out of the installed packages (no collectstatic)
STATIC_URL = "/static/"
WHITENOISE_IMMUTABLE_FILE_TEST = r"/dist/[^/]+-[0-9A-Za-z]{8,}\.[a-z0-9]+$"
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
DNS_SERVER = env.dns_server
SENDER = env.sender
REPLY_TO = env.reply_to
TWILIO_API = env.twilio_api.rstrip("/")
LOB_API = env.lob_api.rstrip("/")

# The few mails of sign-in itself (a forgotten password) go through the installation's server
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if env.smtp_host else 'console'}.EmailBackend"
EMAIL_HOST = env.smtp_host or "localhost"
EMAIL_PORT = env.smtp_port
EMAIL_USE_TLS = env.smtp_security == "starttls"
EMAIL_USE_SSL = env.smtp_security == "tls"
EMAIL_HOST_USER = env.smtp_user
EMAIL_HOST_PASSWORD = SMTP_PASSWORD
EMAIL_TIMEOUT = env.smtp_timeout
DEFAULT_FROM_EMAIL = env.sender or "dunwell@localhost"

WORKER_CONCURRENCY = env.worker_concurrency

# Security: everything a browser can enforce is on; https-only parts follow the base URL
SESSION_COOKIE_SECURE = env.is_https
CSRF_COOKIE_SECURE = env.is_https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
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
