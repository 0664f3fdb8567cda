"""Writes a secret to where the configuration has it: the line of the file, or the file of the secrets folder.

What systemd or the environment hands in can't be changed from here, and a person is told so.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from omnisync.errors import CommandRefused
from omnisync.settings.sources import Sources, own_folders, read_sources
from omnisync.settings.toml_lines import KeyPath
from omnisync.text import _


def keep_secrets(config: Path, environment: Mapping[str, str], secrets: Mapping[KeyPath, str]) -> None:
    """Write them, all or none of those that stand in the file. Raises CommandRefused, which never names a secret."""
    sources = read_sources(config, environment)
    in_file: dict[KeyPath, str] = {}
    paths: dict[Path, str] = {}
    for key, value in secrets.items():
        place = sources.places.get(key)
        if place is None:
            in_file[key] = value
        elif any(place == str(folder / ".".join(key)) for folder in own_folders(sources, environment)):
            paths[Path(place)] = value
        else:
            text = _("{key} comes from {place}. Change it there, then start OmniSync anew.")
            raise CommandRefused(text.format(key=".".join(key), place=place))
    try:
        if in_file:
            _replace(config.resolve(), _with(sources, config.read_text("utf-8"), in_file))
        for path, value in paths.items():
            _replace(path.resolve(), value + "\n")
    except OSError as error:
        raise CommandRefused(_("The key works, but can't be written: {reason}").format(reason=error.strerror)) from None


def _with(sources: Sources, text: str, secrets: Mapping[KeyPath, str]) -> str:
    """The file's text with these values, everything else as it was."""
    lines = text.splitlines(keepends=True)
    for key, value in secrets.items():
        at = sources.lines.get(key)
        if at is None:
            raise CommandRefused(
                _("{path} has no line for {key}. Write it there, then start OmniSync anew.").format(
                    path=sources.config, key=".".join(key)
                )
            )
        before, _equals, _old = lines[at - 1].partition("=")
        lines[at - 1] = f"{before.rstrip()} = {json.dumps(value, ensure_ascii=False)}\n"
    changed = "".join(lines)
    if not _holds(changed, sources, secrets):
        raise CommandRefused(
            _("{path} is written in a way that only a person should change. Write the new key there.").format(
                path=sources.config
            )
        )
    return changed


def _holds(text: str, sources: Sources, secrets: Mapping[KeyPath, str]) -> bool:
    """Whether the text has these values and differs in nothing else: a value may have gone over several lines."""
    try:
        after, before = tomllib.loads(text), tomllib.loads(sources.config.read_text("utf-8"))
    except tomllib.TOMLDecodeError:
        return False
    for key, value in secrets.items():
        for values, wanted in ((after, value), (before, None)):
            table = values
            for part in key[:-1]:
                table = table[part]
            if wanted is not None and table.get(key[-1]) != wanted:
                return False
            table[key[-1]] = ""
    return after == before


def _replace(path: Path, text: str) -> None:
    """Put the text in the file's place in one step; who may read it stays as it was."""
    mode = stat.S_IMODE(path.stat().st_mode)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".omnisync-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
