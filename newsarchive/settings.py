"""Settings, from the environment only; README.md lists every variable.

``NEWSARCHIVE_ENV`` is ``production`` unless something says ``local``: ``make run`` and
``make test`` do, and so does ``manage.py`` where neither ``SECRET_KEY`` nor
``ALLOWED_HOSTS`` is set. Production does not start without ``SECRET_KEY`` and
``DATABASE_URL``.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from newsarchive import env

BASE_DIR = Path(__file__).resolve().parent.parent
# All that the archive writes while it runs: the embedded database, collected static files,
# photos, the generated secret.
VAR_DIR = Path(os.environ.get("NEWSARCHIVE_VAR") or BASE_DIR / "var").absolute()
EMBEDDED_POSTGRES_ROOT = VAR_DIR / "postgres"

ENVIRONMENT = os.environ.get("NEWSARCHIVE_ENV") or "production"
if ENVIRONMENT not in {"local", "production"}:
    raise ImproperlyConfigured(
        f"NEWSARCHIVE_ENV={ENVIRONMENT!r}: write local or production."
    )
LOCAL = ENVIRONMENT == "local"

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = (
    os.environ.get("SECRET_KEY") or env.secret_file(VAR_DIR / "secret-key")
    if LOCAL
    else env.required("SECRET_KEY")
)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "articles.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "taggit",
    "reversion",
    "articles.apps.ArticlesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Readers' pages hold no secret, and Django masks the one of the editors' forms (BREACH).
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "newsarchive.middleware.content_security_policy",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # After those that set headers: a refusal has them too.
    "newsarchive.middleware.forgive_pasted_text",
    "newsarchive.middleware.refuse_unprintable_input",
    "articles.kept_pages.KeptPages",
    "newsarchive.middleware.DatabaseAway",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "newsarchive.urls"
WSGI_APPLICATION = "newsarchive.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.context.reading",
            ]
        },
    }
]

# ---- Database

_CONNECTION = {
    "CONN_MAX_AGE": env.whole_number("CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
}


def _database() -> dict[str, object]:
    """Return the connection settings: DATABASE_URL, else the embedded server."""
    if LOCAL and not os.environ.get("DATABASE_URL"):
        return {
            "ENGINE": "newsarchive.embedded",
            "NAME": "newsarchive",
            "OPTIONS": {"embedded_root": EMBEDDED_POSTGRES_ROOT},
            **_CONNECTION,
        }
    url = env.required("DATABASE_URL")
    # Never show the URL itself: it holds a password.
    refusal = "DATABASE_URL is not like postgres://user:password@host:5432/name."
    try:
        if urlsplit(url).scheme not in {"postgres", "postgresql", "pgsql"}:
            raise ImproperlyConfigured(refusal)
        parsed = dj_database_url.parse(url)
    except (ValueError, dj_database_url.ParseError):
        raise ImproperlyConfigured(refusal) from None
    if not parsed.get("NAME"):
        raise ImproperlyConfigured(f"{refusal} The name is missing.")
    parsed.setdefault("OPTIONS", {}).setdefault("connect_timeout", 10)
    return {**parsed, **_CONNECTION}


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# The longest that one search may keep the database busy, in milliseconds.
SEARCH_TIMEOUT_MS = env.whole_number("SEARCH_TIMEOUT_MS", default=3000)

# An article of a thousand paragraphs is one form of some five thousand fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

# ---- Imports in the browser

# Files wait here, where no address leads, and are removed after so many days.
IMPORTS_ROOT = VAR_DIR / "imports"
IMPORT_KEEP_DAYS = env.whole_number("IMPORT_KEEP_DAYS", default=7)
# The most that is sent at once, in MiB.
IMPORT_MAX_MB = env.whole_number("IMPORT_MAX_MB", default=500)

# ---- Caches

CACHES = {
    name: {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": name,
        "OPTIONS": {"MAX_ENTRIES": entries},
    }
    # Each of some 50 kB at most; a page is looked at anew when anything changed.
    for name, entries in (("default", 300), ("pages", 500))
}
# How long a change may stay unseen by a page that is kept (articles/kept_pages.py).
PAGES_CHECKED_SECONDS = 1

# ---- Sign-in

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# ---- Language and time. The messages in code and templates are Simplified Chinese.

LANGUAGE_CODE = os.environ.get("LANGUAGE_CODE") or "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
if LANGUAGE_CODE not in dict(LANGUAGES):
    raise ImproperlyConfigured(f"LANGUAGE_CODE={LANGUAGE_CODE!r}: write zh-hans or en.")
LOCALE_PATHS = [BASE_DIR / "articles" / "locale"]
TIME_ZONE = os.environ.get("TIME_ZONE") or "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# ---- Files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
# Pictures as they came (articles/originals.py): no server may publish this folder.
ORIGINALS_ROOT = VAR_DIR / "originals"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
if DEBUG:
    STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
# Sizes are made as a picture is stored (articles/models/picture.py).
PICTURES = {
    "FILE_TYPES": ["AVIF", "WEBP"],
    "PICTURE_CLASS": "articles.models.picture.Picture",
    "PROCESSOR": "articles.models.picture.process",
    "USE_PLACEHOLDERS": False,
}
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# ---- Tags

TAGGIT_TAGS_FROM_STRING = "articles.tags.parse_tags"
TAGGIT_STRING_FROM_TAGS = "articles.tags.join_tags"
TAGGIT_CASE_INSENSITIVE = True

# ---- Security

# Nothing inline and nothing from elsewhere, in every page (newsarchive/middleware.py).
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "articles.sign_in.csrf_failure"
if not LOCAL:
    SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
    # The address for probes answers without TLS, inside the cluster.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.whole_number(
        "SECURE_HSTS_SECONDS", default=365 * 24 * 3600
    )
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    if env.flag("BEHIND_TLS_PROXY", default=False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL") or "INFO"},
    # Django's own handlers would say everything twice, or only when DEBUG.
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
