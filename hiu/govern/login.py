"""The login that a process runs under, as the system has it: no variable of the environment can change it."""

import os
import sys


def login() -> str:
    """The name of the account; `uid-1000` where the system has no name for it."""
    if sys.platform == "win32":
        return _windows()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def _windows() -> str:
    import ctypes

    size = ctypes.c_ulong(257)  # the longest name Windows allows, and its end
    name = ctypes.create_unicode_buffer(size.value)
    ask = ctypes.windll.advapi32.GetUserNameW  # type: ignore[attr-defined]
    return name.value if ask(name, ctypes.byref(size)) else "unknown"
