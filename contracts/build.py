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
from vyper.compiler import compile_from_file_input
from vyper.compiler.input_bundle import FilesystemInputBundle

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = ROOT / "contracts"
VYPER = "0.4.3"
SWIFT = ROOT / "Sources/Bundles/ExecutorBytecode.swift"
MARKET_SWIFT = ROOT / "Sources/Devnet/Market/Bytecode"
# The contracts of the devnet's market; the other files in src/market are modules that these import.
MARKET = [
    "Token", "WETH", "PairV2", "FactoryV2", "RouterV2", "PoolV3", "FactoryV3", "PositionManager", "SwapRouter",
    "SwapRouter02", "FlashLender", "FlashVault",
]  # fmt: skip
# Largest code a contract may have, of which a blueprint's preamble takes three bytes (EIP-170, ERC-5202).
CODE_MAX = 24576 - 3
SETTINGS = {"optimize": "gas", "evm_version": "cancun", "experimental_codegen": False, "bytecode_metadata": False}


def imports(source):
    """Names of the modules of src/market that a source imports, and those import, in order of name."""
    found = set()
    for line in source.splitlines():
        words = line.split()
        if len(words) == 2 and words[0] == "import":
            found |= {words[1]} | set(imports((CONTRACTS / f"src/market/{words[1]}.vy").read_text()))
    return sorted(found)


def artifact(name, folder="src"):
    """The contract's artifact as it has to be: everything that another machine must get again."""
    path = CONTRACTS / folder / f"{name}.vy"
    source = path.read_text()
    for pragma in (f"# pragma version {VYPER}", "# pragma evm-version cancun", "# pragma optimize gas"):
        assert pragma in source, f"{name}.vy lacks '{pragma}'"
    formats = ["abi", "bytecode", "bytecode_runtime", "method_identifiers", "layout"]
    bundle = FilesystemInputBundle([path.parent])
    out = compile_from_file_input(
        bundle.load_file(path.name), input_bundle=bundle, output_formats=formats, no_bytecode_metadata=True
    )
    immutables = out["layout"].get("code_layout", {})
    modules = {m: sha256((path.parent / f"{m}.vy").read_bytes()).hexdigest() for m in imports(source)}
    runtime = bytes.fromhex(out["bytecode_runtime"][2:])
    built = {
        "contract": name,
        "compiler": f"vyper {vyper.__version__}",
        "settings": SETTINGS,
        "source": f"contracts/{folder}/{name}.vy",
        "sourceSHA256": sha256(source.encode()).hexdigest(),
        "modulesSHA256": modules,
        "abi": out["abi"],
        "methods": {k: v for k, v in sorted(out["method_identifiers"].items())},
        # The deployed code is the runtime followed by the immutables, one word each, in this order.
        "immutables": flattened(immutables),
        "creation": out["bytecode"],
        "runtime": out["bytecode_runtime"],
        "runtimeKeccak": "0x" + keccak(runtime).hex(),
    }
    if not modules:
        del built["modulesSHA256"]
    assert len(out["bytecode"]) // 2 - 1 <= CODE_MAX, f"{name}: {len(out['bytecode']) // 2 - 1} bytes of creation code"
    return built


def flattened(layout, prefix=""):
    """Immutables by name, those of modules as module.name, in the order of their offsets."""
    rows = {}
    for key, row in layout.items():
        rows |= {prefix + key: row} if "offset" in row else flattened(row, f"{prefix}{key}.")
    return dict(sorted(rows.items(), key=lambda item: item[1]["offset"]))


def hex_lines(text):
    return " \\\n".join(f"        {text[at : at + 108]}" for at in range(0, len(text), 108)).replace(" \\", "\\")


def market_swift(built):
    """The Swift file with one market contract's creation code."""
    name = built["contract"]
    constant = name[0].lower() + name[1:] if name != "WETH" else "weth"
    return f'''// Made by contracts/build.py from contracts/artifacts/{name}.json. Do not edit: `make contracts` compares.

extension MarketBytecode {{
    /// Creation code of `{built["source"]}` without constructor words, lower-case hex.
    static let {constant}Hex = """
{hex_lines(built["creation"][2:])}
        """
}}
'''


def swift(built):
    """The Swift file with the bytecode; the tests compare it with the artifact."""
    return f'''// Made by contracts/build.py from contracts/artifacts/Executor.json. Do not edit: `make contracts` compares.

/// The executor's bytecode as text. Cold: decoded where it is deployed or checked.
enum ExecutorBytecode {{
    /// Compiler that made it.
    static let compiler = "{built["compiler"]}"

    /// Creation code without its two constructor words, lower-case hex.
    static let creationHex = """
{hex_lines(built["creation"][2:])}
        """

    /// Runtime code without the two immutable words at its end, lower-case hex.
    static let runtimeHex = """
{hex_lines(built["runtime"][2:])}
        """
}}
'''


def products():
    built = artifact("Executor")
    rows = {
        CONTRACTS / "artifacts/Executor.json": json.dumps(built, indent=2) + "\n",
        SWIFT: swift(built),
    }
    for name in MARKET:
        built = artifact(name, "src/market")
        rows[CONTRACTS / f"artifacts/{name}.json"] = json.dumps(built, indent=2) + "\n"
        rows[MARKET_SWIFT / f"{name}Bytecode.swift"] = market_swift(built)
    return rows


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
