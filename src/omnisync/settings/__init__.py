"""The configuration: one TOML file, the environment and secret files, checked against types.

`load_settings` answers a frozen `Settings`, or raises ConfigurationError with everything that is
wrong, each with its place. It reads; it changes nothing, and it is read once, at the start.
"""

from omnisync.folders import config_path
from omnisync.settings.load import load_settings
from omnisync.settings.shape import ErpSettings, GuardSettings, Release, Settings, ShopSettings, StoreSettings

__all__ = [
    "ErpSettings",
    "GuardSettings",
    "Release",
    "Settings",
    "ShopSettings",
    "StoreSettings",
    "config_path",
    "load_settings",
]
