"""Whatever a configuration holds, it ends in a finding or a graph, within 5 s and 500 MB."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fgc.compiler.diagnostics.codes import CODES
from fgc.compiler.pipeline import Request, run
from tests.compiler.frontend.test_render_robustness import FRAGMENTS, SEPARATORS
from tests.fuzz.child import SECONDS

CHILD = Path(__file__).with_name("child.py")
_ALIASES = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30)
)

BOMBS: dict[str, str | bytes] = {
    "aliases of aliases": _ALIASES,
    "merges of merges": "a: &a {x: 1}\n"
    + "".join(f"b{n}: &b{n} {{<<: [{', '.join(['*a'] * 500)}]}}\n" for n in range(50)),
    "deep lists": "a: " + "[" * 20_000,
    "deep mappings": "a: " + "{a: " * 5_000,
    "deep blocks": "".join(f"{' ' * n}a:\n" for n in range(1_500)),
    "deep tags": "a: " + "!list [" * 3_000,
    "a long line": "a: " + "x" * 3_000_000,
    "many keys": "".join(f"k{n}: {n}\n" for n in range(20_000)),
    "range": "{% for i in range(10**9) %}a{% endfor %}",
    "ranges in ranges": "{% for i in range(99999) %}{% for j in range(99999) %}a"
    "{% endfor %}{% endfor %}",
    "a text times a number": "a: {{ 'x' * 10**9 }}",
    "a list times a number": "a: {{ ([1] * 10**9) | length }}",
    "a power": "a: {{ 9**9**9 }}",
    "a shift by format": "a: {{ '%1000000000d' % 1 }}",
    "a format": "a: {{ '{:1000000000}'.format(1) }}",
    "a join": "a: {{ range(10**6) | join('x' * 10**4) }}",
    "replaced": "a: {{ ('x' * 10**5) | replace('x', 'x' * 10**5) }}",
    "centered": "a: {{ 'x' | center(10**9) }}",
    "indented": "a: {{ 'x\\n' * 9 | indent(10**9) }}",
    "doubled": "-- set ns = namespace(x='ab')\n{% for i in range(99) %}"
    "{% set ns.x = ns.x ~ ns.x %}{% endfor %}a: {{ ns.x | length }}",
    "a macro calls itself": "-- macro m()\n{{ m() }}\n-- endmacro\n{{ m() }}",
    "macros call each other": "-- macro a(n)\n{{ b(n) }}{{ b(n) }}\n-- endmacro\n"
    "-- macro b(n)\n{{ a(n) if n else '' }}{{ a(n) }}\n-- endmacro\n{{ a(99) }}",
    "a template includes itself": "-- include 'a.yaml'\n",
    "a template includes itself twice": "-- include 'a.yaml'\n-- include 'a.yaml'\n",
    "a recursive loop": "{% for i in [[[]]] recursive %}{{ loop([i]) }}{% endfor %}",
    "deep parentheses": "a: {{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "deep ifs": "-- if true\n" * 2_000 + "-- endif\n" * 2_000,
    "many blocks": "".join(f"[b{n}]\nk{n}: 1\n" for n in range(3_000)),
    "a regular expression": "a: {{ ('a' * 40 ~ 'b') | select('match', '(a+)+$') | list }}",
    "url": "a: {{ ('www.' * 10**5) | urlize }}",
    "sorted": "a: {{ range(10**6) | map('string') | sort | length }}",
    "a sum of lists": "a: {{ ([[1]] * 99999) | sum(start=[]) | length }}",
    "a NUL": "a: \0\n",
    "NULs": b"\0" * 100_000,
    "no UTF-8": b"a: \xff\xfe\n",
    "UTF-16": "a: 1\n".encode("utf-16"),
    "half a character": b"a: \xe2\x82\n",
    "a surrogate": b"a: \xed\xa0\x80\n",
    "a byte order mark": b"\xef\xbb\xbfa: 1\n",
    "CRLF": "a: 1\r\nb:\r\n    c: 2\r\n",
    "CR": "a: 1\rb: 2\r",
    "line separators": "a: 1\u2028b: 2\u2029c: 3\x85d: 4\n",
    "a formfeed": "a: 1\x0c\nb: 2\n",
    "nothing": "",
    "blanks": " \n\t\n",
    "a huge number": "a: " + "9" * 100_000,
    "a huge exponent": "a: 1e999999999\n",
    "a number in a template": "a: {{ " + "9" * 10_000 + " }}",
    "directives": "%YAML 9.9\n%TAG ! x\n---\na: 1\n",
    "documents": "---\n" * 50_000,
    "anchors": "".join(f"- &a{n} {n}\n" for n in range(20_000)),
    "a tag of a megabyte": "a: !call:" + "x." * 500_000 + "y\n",
    "an import spec of dots": "a: !call:" + "." * 10_000 + ":x {}\n",
    "a spec of a folder": "a: !call:/:x {}\n",
    "a spec of a device": "a: !call:/dev/zero.py:x {}\n",
    "a template that is a device": "-- include '/dev/zero'\n",
    "a project that is a folder above": "a: !call:from_project {project_dir: ../.., targets: a}\n",
    "an empty key": "?\n",
}


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {"FGC_CACHE_DIR": str(folder / "cache"), "OMP_NUM_THREADS": "1"}


@pytest.mark.parametrize("name", BOMBS)
def test_it_ends_in_a_finding_or_a_graph(tmp_path: Path, name: str) -> None:
    text = BOMBS[name]
    config = tmp_path / "a.yaml"
    config.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    command = [sys.executable, str(CHILD), str(config)]
    ran = subprocess.run(
        command, env=environment(tmp_path), capture_output=True, text=True, timeout=12 * SECONDS
    )
    assert ran.returncode == 0, ran.stderr[-2_000:]
    codes = ran.stdout.split()
    assert codes == ["graph"] or set(codes) <= CODES.keys()


YAML = [
    "a:",
    "b:",
    "&a",
    "*a",
    "!call:dict",
    "!partial:torch.optim:AdamW",
    "!singleton:list",
    "!var",
    "!tuple",
    "!dlist",
    "!factory:len",
    "[1]",
    "{x:1}",
    "-",
    "?",
    "|",
    ">",
    "#",
    "<<",
    "1e-4",
    "null",
    "~",
    "yes",
    ".inf",
    "0x1",
    '"q',
    "'",
    ":",
    ",",
    "]",
    "}",
    "!!float",
    "!list@n",
    "@n",
    "from_project",
    "2001-01-01",
]
texts = st.lists(
    st.tuples(st.sampled_from([*FRAGMENTS, *YAML]), st.sampled_from([*SEPARATORS, "\n    "])),
    max_size=16,
).map(lambda parts: "".join(part + separator for part, separator in parts))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(texts.map(lambda text: text.encode("utf-8")), st.binary(max_size=60)))
def test_any_configuration(tmp_path: Path, data: bytes) -> None:
    _ends(tmp_path / "a.yaml", data)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(texts.map(lambda text: text.encode("utf-8")), st.binary(max_size=60)))
def test_any_meta(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "meta.yaml").write_bytes(data)
    _ends(tmp_path / "configs.yaml", b"a: 1\n")


def _ends(config: Path, data: bytes) -> None:
    config.write_bytes(data)
    outcome = run(Request(config), until="fold")
    assert outcome.failed or outcome.build.graph is not None
    assert all(found.code in CODES for found in outcome.diagnostics)
