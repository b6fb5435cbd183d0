"""The optional packages of an exchange, loaded when one is asked for: `pip install 'hiu-groups[network]'`."""

from importlib import import_module

from hiu.errors import SettingsError

PACKAGES = ("rbcl", "nacl", "pprl_core")


def require_packages() -> None:
    """Raises SettingsError, with the command that installs them, where one of the optional packages is missing."""
    for name in PACKAGES:
        try:
            import_module(name)
        except ImportError:
            raise SettingsError(
                f"an exchange with another area needs the optional package '{name}': pip install 'hiu-groups[network]'"
            ) from None
