"""Maps the top-level folders to the import packages `fgc.<folder>`.

A list of packages in pyproject.toml would go stale with the first new folder, silently: the wheel
would lack it. Hence this file, which asks the folders themselves.
"""

from setuptools import find_packages, setup

ROOTS = ("compiler", "runtime", "targets", "templates")

packages = [f"fgc.{root}" for root in ROOTS]
for root in ROOTS:
    packages += [f"fgc.{root}.{package}" for package in find_packages(root)]

# `fgc help` reads the pages of the codes, which lie beside the compiler in both places.
folders = {f"fgc.{root}": root for root in ROOTS} | {"fgc.docs.errors": "docs/errors"}
setup(packages=[*packages, "fgc.docs.errors"], package_dir=folders)
