#!/usr/bin/env python3
"""One signature by each home a key can have, beside raw libsecp256k1: in the process, with policy and audit log, and through `martlet signer`.

    keys_bench.py MARTLET BENCH [ROUNDS]

Makes a throw-away key, starts the real signer process on it with a policy and its audit log, and runs martlet-keys-bench against its socket.
Prints the load of the machine too: every wait for another thread grows with it.
"""
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

POLICY = """[[key]]
address = "{address}"
[[key.chain]]
chain_id = 31337
routes = ["bundle"]
fee_per_gas_max = "100 gwei"
gas_limit_max = 1000000
[[key.chain.target]]
address = "0x3535353535353535353535353535353535353535"
selectors = ["0xaabbccdd"]
"""


def main() -> int:
    martlet, bench, rounds = str(Path(sys.argv[1]).resolve()), str(Path(sys.argv[2]).resolve()), sys.argv[3] if len(sys.argv) > 3 else "2000"
    folder = Path(tempfile.mkdtemp(prefix="martlet-keys-bench-"))
    signer = None
    try:
        secret, keys = secrets.token_hex(32), folder / "keys"
        for name, text in (("password", secrets.token_hex(8)), ("hex", secret)):
            (folder / name).write_text(text + "\n")
            (folder / name).chmod(0o600)
        options = ["--keys-dir", str(keys), "--password-file", str(folder / "password")]
        made = subprocess.run([martlet, "keys", "import", *options, "--key-file", str(folder / "hex"), "--light", "--json"], check=True,
                              capture_output=True, text=True)
        (keys / "policy.toml").write_text(POLICY.format(address=json.loads(made.stdout)["address"]))
        (keys / "policy.toml").chmod(0o600)
        signer = subprocess.Popen([martlet, "signer", *options], stdout=subprocess.PIPE, text=True)
        if " on " not in signer.stdout.readline():
            raise SystemExit("the signer did not start")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors, {rounds} rounds", flush=True)
        return subprocess.run([bench, secret, str(keys / "signer.sock"), str(folder), rounds]).returncode
    finally:
        if signer:
            signer.terminate()
            signer.wait(15)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
