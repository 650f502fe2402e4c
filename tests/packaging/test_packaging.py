"""The wheel holds the whole house under one name, and nothing generic leaks out of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import ratecert
from ratecert.proofs.record.zipapp import build

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("numeric_checks", "optimizers", "proofs")
LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")

# Of the modules that need nothing but the core: which are loaded under a bare name?
IMPORT_CORE = f"""
import importlib, pkgutil, sys
import ratecert
heavy = sorted({{"sympy", "numpy", "highspy", "torch", "rich"}} & sys.modules.keys())
if heavy:
    sys.exit(f"import ratecert loads {{heavy}}")
for name in ("proofs", "optimizers.recursions"):
    package = importlib.import_module("ratecert." + name)
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
if "ratecert.proofs.kernel.terms" not in sys.modules:
    sys.exit("the kernel was not imported: this test would show nothing")
bare = sorted(name for name in sys.modules if name.split(".")[0] in {FOLDERS})
if bare:
    sys.exit(f"imported under a bare name: {{bare}}")
print(ratecert.__file__)
"""

IMPORT_CLI = """
import sys
from ratecert.cli import main
sys.argv = ["ratecert", "--help"]
try:
    code = main()
except SystemExit as stop:
    code = stop.code
heavy = sorted({"sympy", "numpy", "highspy", "torch"} & sys.modules.keys())
sys.exit(f"ratecert --help loads {heavy}" if heavy else code)
"""


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command[1:4]}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def build_wheel(source: Path, out: Path) -> Path:
    flags = ("--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "wheel", *flags, "-w", out, source, cwd=out)
    (wheel,) = out.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, so that a stale build/ cannot help and nothing is written here."""
    target = tmp_path_factory.mktemp("source") / "tree"
    target.mkdir()
    for name in (*FOLDERS, "src"):
        shutil.copytree(ROOT / name, target / name, symlinks=True, ignore=LEFT_OUT)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, target)
    return target


@pytest.fixture(scope="module", params=["from the tree", "from the sdist"])
def wheel(
    request: pytest.FixtureRequest, tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    if request.param == "from the tree":
        return build_wheel(tree, out)
    made = tmp_path_factory.mktemp("sdist")
    script = "import sys; from setuptools import build_meta as b; b.build_sdist(sys.argv[1])"
    run(sys.executable, "-c", script, made, cwd=tree)
    (sdist,) = made.glob("ratecert-*.tar.gz")
    return build_wheel(sdist, out)


def test_wheel_holds_every_source_file_under_one_name(wheel: Path, tree: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    info = f"ratecert-{ratecert.__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"ratecert", info}
    own = tree / "src/ratecert"
    rooms = [own, *(p for p in own.iterdir() if p.is_dir() and not p.is_symlink())]
    expected = {
        path.relative_to(tree / "src").as_posix()
        for room in rooms
        for path in room.iterdir()
        if path.is_file()
    }
    for folder in FOLDERS:
        files = (
            path for path in (tree / folder).rglob("*") if path.is_file() and path.suffix != ".md"
        )
        expected |= {f"ratecert/{path.relative_to(tree).as_posix()}" for path in files}
    assert {name for name in names if not name.startswith(info)} == expected
    assert {"ratecert/py.typed", "ratecert/proofs/kernel/terms.py"} <= expected


def test_wheel_metadata(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    info = f"ratecert-{ratecert.__version__}.dist-info"
    assert "ratecert = ratecert.cli:main" in archive.read(f"{info}/entry_points.txt").decode()
    metadata = archive.read(f"{info}/METADATA").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata
    core = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert not [line for line in core if "torch" in line and "extra ==" not in line]


def test_installed_wheel_leaks_no_bare_name(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    flags = ("--no-deps", "--no-index", "--disable-pip-version-check")
    run(sys.executable, "-m", "pip", "install", *flags, "--target", site, wheel, cwd=tmp_path)
    found = {path.name for path in site.iterdir()} - {"bin"}
    assert found == {"ratecert", f"ratecert-{ratecert.__version__}.dist-info"}
    where = run(sys.executable, "-c", IMPORT_CORE, cwd=tmp_path, PYTHONPATH=str(site))
    assert Path(where.strip()).is_relative_to(site)


def test_the_zipapp_is_made_of_the_wheel_s_files(wheel: Path, tree: Path, tmp_path: Path) -> None:
    """Its bytes are those of the sources, whichever way the wheel was built."""
    plain = tmp_path / "plain.zip"
    with zipfile.ZipFile(plain, "w") as archive:
        archive.write(tree / "LICENSE", "x/LICENSE")
        archive.write(tree / "src/ratecert/__init__.py", "ratecert/__init__.py")
        for path in (tree / "proofs").rglob("*.py"):
            archive.write(path, f"ratecert/{path.relative_to(tree).as_posix()}")
    assert build(wheel) == build(plain)
    made = tmp_path / "v.pyz"
    made.write_bytes(build(wheel))
    said = run(sys.executable, "-I", "-S", made, "--version", cwd=tmp_path)
    assert said.startswith(f"ratecert-verify {ratecert.__version__}, kernel ")


def test_modules_import_under_one_name_in_the_tree() -> None:
    """Run at the root, where ``import proofs`` would succeed and load everything twice."""
    run(sys.executable, "-c", IMPORT_CORE, cwd=ROOT)


def test_help_is_light(tmp_path: Path) -> None:
    run(sys.executable, "-c", IMPORT_CLI, cwd=tmp_path)
