"""The project's settings as tests and type checks use them: local, with quick passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["NEWSARCHIVE_ENV"] = "local"
for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "LANGUAGE_CODE"):
    os.environ.pop(name, None)

from newsarchive.settings import *  # noqa: E402, F403  (the environment comes first)

# Files of a test run are its own: two runs, or a served archive, must not meet in var/.
# Processes of background jobs work at those of the test that started them.
_given = os.environ.get("NEWSARCHIVE_TEST_FILES")
_files = Path(_given or tempfile.mkdtemp(prefix="newsarchive-files-"))
if not _given:
    atexit.register(shutil.rmtree, _files, ignore_errors=True)
STATIC_ROOT = _files / "static"
MEDIA_ROOT = _files / "media"
IMPORTS_ROOT = _files / "imports"
ORIGINALS_ROOT = _files / "originals"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each client of a test would go through all static files when it asks for its first page.
WHITENOISE_AUTOREFRESH = True
# A test looks at once at what it changed.
PAGES_CHECKED_SECONDS = 0

if _database := os.environ.get("NEWSARCHIVE_TEST_DATABASE"):
    DATABASES["default"]["NAME"] = _database  # noqa: F405
