"""The project's settings as tests and type checks use them: local, with quick passwords."""

import os

os.environ["NEWSARCHIVE_ENV"] = "local"
for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "LANGUAGE_CODE"):
    os.environ.pop(name, None)

from newsarchive.settings import *  # noqa: E402, F403  (the environment comes first)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
