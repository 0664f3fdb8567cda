"""The built wheel carries the same connectors as the checkout, and needs nothing of the checkout."""

from __future__ import annotations

import json
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from omnisync import __version__
from omnisync.connect.loader import discover

ROOT = Path(__file__).parents[2]

LIST = """
import json, omnisync
from omnisync.connect.loader import discover, load
found = discover()
for manifest in found.values():
    load(manifest)
names = {n: [m.title, str(m.role), len(m.options), m.broken] for n, m in found.items()}
print(json.dumps({"where": omnisync.__file__, "names": names}))
"""


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run([str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
        "--wheel-dir", folder, ROOT,
        cwd=folder,
    )  # fmt: skip
    return next(folder.glob("omnisync-*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with this wheel in it; only the dependencies are borrowed from the one that runs the tests."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    own = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        wheel,
        cwd=folder,
    )
    # Plain paths in a .pth file are appended, and .pth files inside them are not read: the checkout stays out.
    (own / "borrowed.pth").write_text("\n".join(site.getsitepackages()))
    return python


def test_the_wheel_has_one_version_and_leaves_tests_and_caches_at_home(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name.startswith(f"omnisync-{__version__}-")
    assert "omnisync/py.typed" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "plugins/", "src/"))]


def test_the_wheel_finds_and_loads_the_same_connectors_from_any_folder(python: Path, tmp_path: Path) -> None:
    answer: dict[str, Any] = json.loads(run(python, "-c", LIST, cwd=tmp_path))
    assert not answer["where"].startswith(str(ROOT))
    here = {n: [m.title, str(m.role), len(m.options), m.broken] for n, m in discover().items()}
    assert answer["names"] == here
    assert not [broken for *_, broken in here.values() if broken]


def test_the_wheel_carries_the_sample_shop(wheel: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("omnisync/sample_data/")}
    wanted = {
        f"omnisync/sample_data/{path.relative_to(ROOT / 'sample_data')}"
        for path in (ROOT / "sample_data").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == wanted
