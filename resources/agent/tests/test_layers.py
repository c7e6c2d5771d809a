"""Imports between the agent's packages are acyclic and in one direction, and folders are small."""
import ast
import graphlib
import unittest
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "bramble_agent"
# Each imports only those before it, which is what the package says of itself, too.
ORDER = ("machine", "sensors", "storage", "peripherals", "configuration", "hub")
MAX_FILES_PER_FOLDER = 16


def modules() -> dict[tuple[str, ...], Path]:
    """Every module of the agent by its path in the package, such as ("hub", "link")."""
    return {file.relative_to(PACKAGE).with_suffix("").parts: file for file in PACKAGE.rglob("*.py")}


def imports(module: tuple[str, ...], file: Path) -> Iterator[tuple[str, ...]]:
    """The agent's own modules that a module imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or node.level == 0:
            continue
        target = (*module[: -node.level], *(node.module or "").split(".")) if node.module else module[: -node.level]
        if (PACKAGE.joinpath(*target)).is_dir():
            yield from ((*target, one.name) for one in node.names)
        else:
            yield target


class LayersTest(unittest.TestCase):
    def test_each_package_imports_only_those_before_it(self) -> None:
        self.assertEqual({file.parent.name for file in PACKAGE.glob("*/__init__.py")}, set(ORDER))
        for module, file in modules().items():
            allowed = ORDER[: ORDER.index(module[0]) + 1] if len(module) > 1 else ()
            for imported in imports(module, file):
                with self.subTest(".".join(module), imports=".".join(imported)):
                    self.assertIn(imported, modules())
                    if len(module) > 1:
                        self.assertIn(imported[0], allowed)

    def test_no_module_imports_itself_in_a_circle(self) -> None:
        graphlib.TopologicalSorter({module: imports(module, file) for module, file in modules().items()}).prepare()

    def test_folders_are_small(self) -> None:
        for folder in {file.parent for file in PACKAGE.rglob("*.py")} | {Path(__file__).parent}:
            with self.subTest(folder.name):
                self.assertLessEqual(len(list(folder.glob("*.py"))), MAX_FILES_PER_FOLDER)


if __name__ == "__main__":
    unittest.main()
