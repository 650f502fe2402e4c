"""Lemma files of one's own: found by path, run, and refused with the reason if they are broken."""

from __future__ import annotations

import textwrap

import pytest

from ratecert.proofs.language.loader import LoadError, load, statement

GOOD = """
from ratecert.proofs.language import Theory, by, symbols

mine = Theory("mine", "My theory")
x, y = symbols("x y")


@mine.lemma("square", title="Squares", for_all=(x, y), claim=(2 * x * y, "<=", x**2 + y**2))
def square(p):
    return p.have((2 * x * y, "<=", x**2 + y**2), by.algebra(hints=(x - y,)))
"""


@pytest.fixture
def write(tmp_path):
    def write(text, name="my_theory.py"):
        path = tmp_path / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return str(path)

    return write


def test_a_file_by_its_path(write):
    (theory,) = load(write(GOOD))
    assert (theory.name, theory.title, list(theory.claims)) == ("mine", "My theory", ["square"])
    assert theory.claims["square"].check().verdict == "proved"


def test_a_file_by_a_relative_path(write, monkeypatch, tmp_path):
    write(GOOD)
    monkeypatch.chdir(tmp_path)
    assert load("my_theory.py")[0].name == load("./my_theory.py")[0].name == "mine"


def test_files_do_not_stay_in_sys_modules(write):
    import sys

    before = set(sys.modules)
    load(write(GOOD))
    assert not {m for m in set(sys.modules) - before if "my_theory" in m}


def test_a_file_that_imports_a_shipped_theory_defines_its_own_only(write):
    path = write(
        """
        from ratecert.proofs.language import Theory, by
        from ratecert.proofs.theorems.sgd import L, descent, sgd

        mine = Theory("mine", extends=(sgd,))

        @mine.lemma("positive", title="", given=[(0, "<", L)], claim=(0, "<=", L**2))
        def positive(p):
            return p.have((0, "<=", L**2), by.algebra())
        """
    )
    assert [t.name for t in load(path)] == ["mine"]


def test_several_theories_in_a_file(write):
    again = GOOD.replace("mine", "yours").split("\n", 2)[2]
    assert [t.name for t in load(write(GOOD + again))] == ["mine", "yours"]


def test_statements_of_a_file(write):
    path = write(GOOD)
    assert statement(f"{path}:square").label == "mine.square"
    with pytest.raises(LoadError, match="has no statement 'sqare'; nearest: square"):
        statement(f"{path}:sqare")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = (", "SyntaxError"),
        ("import nothing_of_this_name", "ModuleNotFoundError: No module named 'nothing_of"),
        ("1/0", "ZeroDivisionError"),
        ("from ratecert.proofs.language import Teory", "ImportError: cannot import name 'Teory'"),
        ("x = 1", "defines no theory with claims"),
        ("", "defines no theory with claims"),
        ("from ratecert.proofs.theorems.sgd import sgd", "defines no theory with claims"),
        (
            "from ratecert.proofs.language import Theory\nt = Theory('t')\nt.constants('a')\n"
            "t.constants('a')",
            "DoorError: t: 'a' is already declared",
        ),
        (
            "from ratecert.proofs.language import Theory\nt = Theory('t')",
            "defines no theory with claims",
        ),
    ],
    ids=["syntax", "import", "arithmetic", "name", "no theory", "empty", "others only", "double",
         "no claims"],
)  # fmt: skip
def test_files_that_are_broken(write, text, says):
    path = write(text)
    with pytest.raises(LoadError) as refusal:
        load(path)
    assert str(refusal.value).startswith(f"{path}: ")
    assert says in str(refusal.value)


def test_the_line_of_a_syntax_error_is_named(write):
    with pytest.raises(LoadError, match=r"line 3\)"):
        load(write("a = 1\nb = 2\nc = (("))


def test_no_such_file(tmp_path):
    with pytest.raises(LoadError, match="no such file"):
        load(str(tmp_path / "nothing.py"))
    with pytest.raises(LoadError, match="not a file"):
        load(str(tmp_path))


def test_a_file_that_is_no_python(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("x")
    with pytest.raises(LoadError, match="not a Python file"):
        load(str(path))


# --- names ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sdg", r"no theory 'sdg'; did you mean sgd\? \(shipped: .*sgd.*; or a .py file\)"),
        ("zzzz", r"no theory 'zzzz' \(shipped: "),
    ],
)
def test_unknown_theories(name, says):
    with pytest.raises(LoadError, match=says):
        load(name)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sgd.rat", "sgd has no statement 'rat'; nearest: rate"),
        ("sgd.decent", "nearest: descent"),
        ("sgd.zzzz", "nearest: L0.gradient.size, L0.objective.size"),
        ("sgd", "'sgd' names a theory; choose a statement, such as sgd.rate, sgd.rate.min"),
        ("sdg.rate", "no theory 'sdg'; did you mean sgd?"),
    ],
)
def test_unknown_statements(name, says):
    with pytest.raises(LoadError) as refusal:
        statement(name)
    assert says in str(refusal.value)


def test_shipped_statements():
    assert statement("sgd.rate").label == "sgd.rate"
    assert statement("sgd.rate.min").label == "sgd.rate.min"
    assert load("sgd")[0].claims["rate"] is statement("sgd.rate")


def test_a_file_that_leaves(write):
    """A file that calls sys.exit(0) must not end the check as a success."""
    path = write("import sys\nsys.exit(0)")
    with pytest.raises((LoadError, SystemExit)) as refusal:
        load(path)
    assert refusal.type is LoadError
