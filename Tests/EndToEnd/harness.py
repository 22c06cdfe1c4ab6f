"""Processes and probes for the end-to-end tests: a realchain, a Martlet node, and an independent look at the chain.

Everything is on loopback; every process is stopped by its pid. The chain is read here with web3.py, never through Martlet.
"""
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent.parent


class Failure(Exception):
    """A check that did not hold."""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what: str, seconds: float, probe, every: float = 0.25):
    """The first true answer of `probe`; raises Failure after `seconds`."""
    end = time.time() + seconds
    while time.time() < end:
        value = probe()
        if value:
            return value
        time.sleep(every)
    raise Failure(f"{what}: not within {seconds:.0f} s")


class Rpc:
    """JSON-RPC over HTTP that outlives injected faults: harness_ and evm_ calls are never failed by the chain."""

    def __init__(self, url: str):
        self.url, self.session = url, requests.Session()

    def raw(self, method, *params):
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return self.session.post(self.url, json=body, timeout=120)

    def __call__(self, method, *params):
        for _ in range(60):
            answer = self.raw(method, *params)
            if answer.status_code == 429:
                time.sleep(0.2)
                continue
            out = answer.json()
            if "error" in out:
                if out["error"].get("message") == "injected failure":
                    continue
                raise Failure(f"{method}: {out['error']}")
            return out["result"]
        raise Failure(f"{method}: refused 60 times")

    def number(self, method, *params) -> int:
        return int(self(method, *params), 16)


class RealChain:
    """../shared/realchain as a child process: node, pools, traffic."""

    def __init__(self, folder: Path, shared: Path, period: float = 2, rate: float = 3, port: int | None = None, seed: int = 1):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.deployment_path = folder / "deployment.json"
        self.rpc = Rpc(self.url)
        command = [str(shared / "realchain" / "run.sh"), "--port", str(self.port), "--period", str(period), "--rate", str(rate),
                   "--seconds", "0", "--seed", str(seed), "--out", str(self.deployment_path)]
        self.log = open(folder / "realchain.log", "wb")
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)

        def ready():
            if self.process.poll() is not None:
                raise Failure(f"realchain ended: {(folder / 'realchain.log').read_text()[-2000:]}")
            return "ready:" in (folder / "realchain.log").read_text()

        wait_for("realchain is ready", 180, ready, 0.5)
        self.deployment = json.loads(self.deployment_path.read_text())

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
        self.log.close()


class Martlet:
    """The executable under test, its configuration and its data folder."""

    def __init__(self, binary: Path, folder: Path, chain: RealChain):
        self.binary, self.folder, self.chain = binary, folder, chain
        self.socket = folder / "admin.sock"
        self.config = folder / "martlet.toml"
        self.process: subprocess.Popen | None = None
        self.runs = 0

    def run(self, *arguments: str, stdin: str | None = None, timeout: float = 120) -> subprocess.CompletedProcess:
        return subprocess.run([str(self.binary), *arguments], input=stdin, capture_output=True, text=True, timeout=timeout,
                              cwd=self.folder)

    def must(self, *arguments: str, stdin: str | None = None) -> str:
        done = self.run(*arguments, stdin=stdin)
        if done.returncode != 0:
            raise Failure(f"martlet {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()[-1500:]}")
        return done.stdout

    # ---- set-up

    def make_keys(self):
        keys = self.folder / "keys"
        (self.folder / "password").write_text("first light\n")
        os.chmod(self.folder / "password", 0o600)
        for name, number in (("searcher", 90), ("relay", 91)):
            secret = self.folder / f"{name}.hex"
            secret.write_text(f"{number:064x}\n")
            os.chmod(secret, 0o600)
            out = json.loads(self.must("keys", "import", "--keys-dir", str(keys), "--key-file", str(secret), "--password-file",
                                       str(self.folder / "password"), "--light", "--json"))
            setattr(self, f"{name}_keystore", out["path"])
            secret.unlink()

    def write_config(self, executor: str | None, extra: str = "", endpoints: list[str] | None = None, data: str = "data"):
        port = self.chain.port
        endpoints = endpoints or [f"ws://127.0.0.1:{port}", f"http://127.0.0.1:{port}"]
        overlay = self.must("chains", "overlay", str(self.chain.deployment_path), "--relay-url", f"{self.chain.url}/relay")
        lines = ["[node]", f'data_dir = "{self.folder / data}"', f"endpoints = {json.dumps(endpoints)}", "",
                 "[keys]", f'searcher_keystore = "{self.searcher_keystore}"', f'searcher_password_file = "{self.folder / "password"}"',
                 f'relay_keystore = "{self.relay_keystore}"', f'relay_password_file = "{self.folder / "password"}"', "",
                 "[admin]", f'socket = "{self.socket}"', ""]
        if executor:
            lines += ["[executor]", f'address = "{executor}"', ""]
        self.config.write_text("\n".join(lines) + extra + "\n" + overlay)

    def deploy_executor(self) -> str:
        self.write_config(None)
        out = json.loads(self.must("executor", "deploy", "--chain", "devnet", "--config", str(self.config), "--live", "--json"))
        self.write_config(out["address"])
        return out["address"]

    # ---- the daemon

    def start(self, *more: str, live: bool = True):
        self.runs += 1
        self.log_path = self.folder / f"node-{self.runs}.log"
        command = [str(self.binary), "node", "--chain", "devnet", "--config", str(self.config), *(["--live"] if live else []), *more]
        self.process = subprocess.Popen(command, stdout=open(self.log_path, "wb"), stderr=subprocess.STDOUT, cwd=self.folder,
                                        start_new_session=True)
        wait_for("the node answers its admin socket", 60, self.alive)

    def alive(self):
        if self.process.poll() is not None:
            raise Failure(f"the node ended with {self.process.returncode}: {self.log_path.read_text()[-2500:]}")
        try:
            return self.admin("node_status")
        except (OSError, ValueError):
            return None

    def admin(self, method: str, **params):
        """One JSON-RPC call over the Unix socket, by our own client."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(str(self.socket))
            s.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode())
            text = b""
            while True:
                part = s.recv(1 << 20)
                if not part:
                    raise ValueError("the socket closed before an answer")
                text += part
                try:
                    out = json.loads(text)
                    break
                except ValueError:
                    continue
        if "error" in out:
            raise Failure(f"{method}: {out['error']}")
        return out["result"]

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def terminate(self, seconds: float = 20) -> int:
        self.process.terminate()
        return self.process.wait(seconds)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()


def one_line(done: subprocess.CompletedProcess, code: int, words: str) -> None:
    """A refused command printed exactly one line on stderr that names the fault, and ended with the documented code."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode != code or len(lines) != 1 or not re.search(words, lines[0]):
        raise Failure(f"expected exit {code} and one line with /{words}/, got exit {done.returncode} and {lines[:5]}")
