"""What is imported when: start-up is felt over SSH, and a layer that leaks in is hard to get out again."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("httpx", "pydantic", "structlog", "textual", "cryptography", "starlette", "apscheduler")


def imported_by(code: str) -> set[str]:
    """The top-level names and dotted modules that a fresh interpreter has after running the code."""
    code += "\nimport sys; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("\n")[2].split())


@pytest.mark.parametrize("flag", ["--version", "--help"])
def test_version_and_help_import_nothing_heavy(flag: str) -> None:
    code = f"""
import sys
from omnisync.cli import main
sys.argv = ["omnisync", "{flag}"]
try:
    main()
except SystemExit:
    pass
print()
"""
    assert not imported_by(code) & set(HEAVY)


def test_the_daemon_never_imports_a_screen() -> None:
    modules = [f"omnisync.daemon.{path.stem}" for path in (ROOT / "src/omnisync/daemon").glob("[!_]*.py")]
    # Not even what structlog shows tracebacks with: 5 MB for as long as the daemon runs.
    imported = imported_by(f"import omnisync.cli.daemon, {', '.join(modules)}")
    assert "structlog" in imported
    assert not imported & {"textual", "rich"}


ALLOWED = ("omnisync.connect", "omnisync.model", "omnisync.errors", "omnisync.ports", "omnisync.text")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "plugins").glob("*/**/*.py")), ids=lambda p: f"{p.parent.name}/{p.name}"
)
def test_a_plugin_knows_only_the_connectors_side_of_omnisync(path: Path) -> None:
    own = f"omnisync_plugins.{path.relative_to(ROOT / 'plugins').parts[0]}."
    ours = [name for name in imports_of(path) if name.startswith("omnisync")]
    assert not [name for name in ours if not name.startswith((*ALLOWED, own))]
