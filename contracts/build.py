#!/usr/bin/env python3
"""Compiles contracts/src with the pinned Vyper and keeps the committed artifacts honest.

build.py check   compile, compare with every committed artifact and generated file; exit 1 with one line a difference
build.py write   compile and write them
"""

import json
import sys
from hashlib import sha256
from pathlib import Path

import vyper
from eth_utils import keccak
from vyper.compiler import compile_code

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
VYPER = "0.4.3"
SWIFT = ROOT / "Sources/Bundles/ExecutorBytecode.swift"
# Functions without arguments that Swift calls, beside those in the ABI's order.
SETTINGS = {"optimize": "gas", "evm_version": "cancun", "experimental_codegen": False, "bytecode_metadata": False}


def artifact(name):
    """The contract's artifact as it has to be: everything that another machine must get again."""
    source = (CONTRACTS / f"src/{name}.vy").read_text()
    for pragma in (f"# pragma version {VYPER}", "# pragma evm-version cancun", "# pragma optimize gas"):
        assert pragma in source, f"{name}.vy lacks '{pragma}'"
    formats = ["abi", "bytecode", "bytecode_runtime", "method_identifiers", "layout"]
    out = compile_code(source, output_formats=formats, no_bytecode_metadata=True)
    immutables = out["layout"]["code_layout"]
    runtime = bytes.fromhex(out["bytecode_runtime"][2:])
    return {
        "contract": name,
        "compiler": f"vyper {vyper.__version__}",
        "settings": SETTINGS,
        "source": f"contracts/src/{name}.vy",
        "sourceSHA256": sha256(source.encode()).hexdigest(),
        "abi": out["abi"],
        "methods": {k: v for k, v in sorted(out["method_identifiers"].items())},
        # The deployed code is the runtime followed by the immutables, one word each, in this order.
        "immutables": {k: v for k, v in sorted(immutables.items(), key=lambda item: item[1]["offset"])},
        "creation": out["bytecode"],
        "runtime": out["bytecode_runtime"],
        "runtimeKeccak": "0x" + keccak(runtime).hex(),
    }


def swift(built):
    """The Swift file with the bytecode; the tests compare it with the artifact."""

    def lines(text):
        return " \\\n".join(f"        {text[at : at + 108]}" for at in range(0, len(text), 108)).replace(" \\", "\\")

    return f'''// Made by contracts/build.py from contracts/artifacts/Executor.json. Do not edit: `make contracts` compares.

/// The executor's bytecode as text. Cold: decoded where it is deployed or checked.
enum ExecutorBytecode {{
    /// Compiler that made it.
    static let compiler = "{built["compiler"]}"

    /// Creation code without its two constructor words, lower-case hex.
    static let creationHex = """
{lines(built["creation"][2:])}
        """

    /// Runtime code without the two immutable words at its end, lower-case hex.
    static let runtimeHex = """
{lines(built["runtime"][2:])}
        """
}}
'''


def products():
    built = artifact("Executor")
    return {
        CONTRACTS / "artifacts/Executor.json": json.dumps(built, indent=2) + "\n",
        SWIFT: swift(built),
    }


def main(arguments):
    if vyper.__version__.split("+")[0] != VYPER:
        print(f"contracts: Vyper {VYPER} is pinned, this is {vyper.__version__}")
        return 1
    if arguments == ["write"]:
        for path, text in products().items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"contracts: wrote {path.relative_to(ROOT)}")
        return 0
    if arguments != ["check"]:
        print(__doc__.strip())
        return 2
    faults = 0
    for path, text in products().items():
        name = path.relative_to(ROOT)
        if not path.exists():
            faults += 1
            print(f"contracts: {name} is missing; run contracts/build.py write")
        elif path.read_text() != text:
            faults += 1
            print(f"contracts: {name} is not what vyper {VYPER} makes of the source; run contracts/build.py write")
        else:
            print(f"contracts: {name} reproduced")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
