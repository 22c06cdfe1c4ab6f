#!/usr/bin/env python3
"""Keys in a living node, on our devnet and its market: what memory and logs hold, a signer process that dies, hangs, is flooded and lies,
`keys rotate`, and a genuine Safe (the bytecode that PyPI's safe-eth-py carries).

usage: keys_live.py MARTLET_EXECUTABLE     (run by scripts/test-keys.sh; last line "N passed M failed"; about three minutes)
"""
import json
import os
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests
import secretscan
from devnet_market import OwnDevnet
from eth_abi import encode
from eth_account import Account
from eth_utils import keccak, to_checksum_address
from first_light import Checks, FirstLight
from harness import Failure, Martlet, free_port, wait_for

Account.enable_unaudited_hdwallet_features()
RUN = "run(uint256,bytes)"


class Story(FirstLight):
    def __init__(self, binary: Path, folder: Path):
        self.folder, self.soak, self.signer = folder, False, None
        self.chain = OwnDevnet(binary, folder, "--traffic", "4", "--block-time", "1", "--clock", "wall")
        self.node = Martlet(binary, folder, self.chain)
        self.keys, self.password = folder / "keys", "open " + secrets.token_hex(12)
        self.http = free_port()

    # ---- set-up

    def private(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o600)
        return path

    def set_up(self):
        """Keys with entropy (a small number would be found everywhere), from a mnemonic and from hex; the executor deployed."""
        node = self.node
        password = self.private("password", self.password + "\n")
        self.searcher, self.mnemonic = Account.create_with_mnemonic()
        self.relay = Account.create()
        options = ("--keys-dir", str(self.keys), "--password-file", str(password), "--light", "--json")
        sentence, number = self.private("mnemonic", self.mnemonic), self.private("hex", self.relay.key.hex())
        node.searcher_keystore = json.loads(node.must("keys", "import", "--mnemonic-file", str(sentence), *options))["path"]
        node.relay_keystore = json.loads(node.must("keys", "import", "--key-file", str(number), *options))["path"]
        sentence.unlink()
        number.unlink()
        self.chain.rpc("anvil_setBalance", self.searcher.address, hex(1000 * 10**18))
        self.private("jwt", secrets.token_hex(32) + "\n")
        self.secrets = {**secretscan.forms("searcher key", bytes(self.searcher.key)), **secretscan.forms("relay key", bytes(self.relay.key)),
                        "mnemonic": self.mnemonic.encode(), "password": self.password.encode()}
        self.executor = node.deploy_executor()
        self.configure()

    def configure(self, rows: str | None = None):
        """Trace logs and an HTTP door; with `rows` these instead of the keystores."""
        self.node.write_config(self.executor)
        text = self.node.config.read_text().replace("[node]\n", '[node]\nlog_level = "trace"\n', 1)
        text = text.replace("[admin]\n", f'[admin]\nhttp_port = {self.http}\njwt_secret_file = "{self.folder / "jwt"}"\n', 1)
        if rows is not None:
            start, end = text.index("[keys]"), text.index("[admin]")
            text = text[:start] + rows + "\n" + text[end:]
        self.node.config.write_text(text)

    # ---- the node with its own keystore

    def lands(self, more: int) -> str:
        return f"{self.wait_landed(more, 90)} landed"

    def node_with_keystore(self):
        self.node.start()
        self.at_head()
        return self.lands(2)

    def leaves_nothing(self, pid: int, logs: list, mayHold: set):
        """Memory, a core dump and logs: a raw key in locked pages that no dump holds, if at all, and nothing else."""
        found = secretscan.memory(pid, self.secrets)
        if found is None:
            return "skipped: memory can only be read by root"
        if found.dumped:
            raise Failure(f"in pages that a dump holds: {sorted(found.dumped)}")
        if not found.kept <= mayHold or (found.kept and not found.locked):
            raise Failure(f"in undumped pages: {sorted(found.kept)}, locked {found.locked}")
        if secretscan.core_limit(pid) != "0":
            raise Failure("core files are allowed")
        inside = secretscan.core(pid, self.folder, self.secrets)
        if inside:
            raise Failure(f"in gdb's core dump: {sorted(inside)}")
        if told := secretscan.texts(logs, self.secrets):
            raise Failure(f"in the logs: {sorted(told)}")
        size = sum(Path(log).stat().st_size for log in logs)
        dump = "no gcore here" if inside is None else "nothing in gdb's dump"
        return f"{found.bytes >> 20} MiB read, in locked pages: {sorted(found.kept) or 'nothing'}, {dump}, {size} bytes of logs"

    def node_leaves_nothing(self):
        if b" trace " not in self.node.log_path.read_bytes().lower() and b" debug " not in self.node.log_path.read_bytes().lower():
            raise Failure("the log is not at trace level")
        return self.leaves_nothing(self.node.process.pid, [self.node.log_path], {"searcher key", "relay key"})

    # ---- the node with a signer process

    def signer_config(self):
        self.node.terminate()
        path = self.keys / "signer.sock"
        rows = "".join(f'[[keys.signer]]\nrole = "{role}"\nhome = "process"\naddress = "{account.address}"\nsocket = "{path}"\n\n'
                       for role, account in (("executor", self.searcher), ("bundle", self.relay)))
        self.configure(rows)
        chain = self.chain.rpc.number("eth_chainId")
        (self.keys / "policy.toml").write_text(f"""[[key]]
address = "{self.searcher.address}"
[[key.chain]]
chain_id = {chain}
routes = ["bundle"]
fee_per_gas_max = "500 gwei"
gas_limit_max = 10000000
alternatives_max = 64
[[key.chain.target]]
address = "{to_checksum_address(self.executor)}"
selectors = ["{RUN}"]
[[key]]
address = "{self.relay.address}"
messages = true
""")
        (self.keys / "policy.toml").chmod(0o600)

    def start_signer(self):
        self.signer_log = self.folder / f"signer-{time.time():.0f}.log"
        self.signer = subprocess.Popen([str(self.node.binary), "signer", "--keys-dir", str(self.keys), "--password-file", str(self.folder / "password")],
                                       stdout=subprocess.PIPE, stderr=open(self.signer_log, "wb"), text=True, start_new_session=True)
        line = self.signer.stdout.readline()
        if " on " not in line:
            raise Failure(f"the signer did not start: {self.signer_log.read_text()}")

    def health(self):
        """Status and the detail of `signing`, over HTTP as a supervisor asks."""
        try:
            answer = requests.get(f"http://127.0.0.1:{self.http}/health", timeout=10)
        except requests.ConnectionError:
            return None
        row = next(row for row in answer.json()["checks"] if row["name"] == "signing")
        return answer.status_code, row["ok"], row["detail"]

    def paused(self, words: str, seconds: float = 12, state: str = "away") -> str:
        """Signing is off in /health and node_status with a reason that has `words`, and nothing goes out."""
        def shows():
            health = self.health()
            return health and health[0] == 503 and not health[1] and words in health[2] and health[2]
        detail = wait_for(f"/health says signing is off: {words}", seconds, shows, 0.2)
        status = self.node.admin("node_status")
        if status["signing"]["state"] != state or words not in status["signing"]["reason"] or status["paused"]:
            raise Failure(f"node_status: {status['signing']}, paused {status['paused']}")
        time.sleep(3)
        after = self.node.admin("node_status")
        if after["bundles"]["submitted"] > status["bundles"]["submitted"] + 1:
            raise Failure(f"bundles went out unsigned: {status['bundles']} {after['bundles']}")
        return detail

    def resumed(self) -> str:
        start = time.time()
        wait_for("/health says signing is on", 15, lambda: (h := self.health()) and h[1] and h[2] == "on", 0.2)
        seconds = time.time() - start
        return f"on after {seconds:.1f} s; {self.lands(2)}"

    def starts_without_signer(self):
        self.node.start()
        self.at_head()
        return self.paused("cannot be reached")

    def signer_comes(self):
        self.start_signer()
        return self.resumed()

    def node_holds_nothing(self):
        return self.leaves_nothing(self.node.process.pid, [self.node.log_path], set())

    def signer_leaves_nothing(self):
        logs = [self.signer_log, *(self.keys / "audit").iterdir()]
        return self.leaves_nothing(self.signer.pid, logs, {"searcher key", "relay key"})

    def flooded(self):
        """Sixty connections with half a frame, and garbage all the while: the node's own connection goes on."""
        path, held, over = str(self.keys / "signer.sock"), [], threading.Event()

        def link(content: bytes):
            one = socket.socket(socket.AF_UNIX)
            one.settimeout(1)
            try:
                one.connect(path)
                one.sendall(content)
            except OSError:
                pass
            return one

        def garbage():
            count = 0
            while not over.is_set():
                link(secrets.token_bytes(1 + count % 300)).close()
                count += 1
                time.sleep(0.002)

        thread = threading.Thread(target=garbage)
        thread.start()
        try:
            for _ in range(60):
                held.append(link(struct.pack(">IBBQ", 262144, 1, 2, 1)))
            note = self.lands(2)
        finally:
            over.set()
            thread.join()
            for one in held:
                one.close()
        if self.signer.poll() is not None:
            raise Failure("the signer ended")
        return note

    def signer_killed(self):
        self.signer.kill()
        self.signer.wait()
        return self.paused("cannot be reached", 5)

    def signer_hangs(self):
        self.signer.send_signal(signal.SIGSTOP)
        try:
            return self.paused("no answer within 2000 ms", 15)
        finally:
            self.signer.send_signal(signal.SIGCONT)

    def impostor(self, answer):
        """Something else on the signer's socket, which answers every frame by `answer(kind, id, body)`."""
        self.signer.terminate()
        self.signer.wait(15)
        path = str(self.keys / "signer.sock")
        door = socket.socket(socket.AF_UNIX)
        door.bind(path)
        door.listen(8)
        door.settimeout(0.2)

        def serve(link):
            link.settimeout(5)
            try:
                while True:
                    head = link.recv(4, socket.MSG_WAITALL)
                    if len(head) < 4:
                        return
                    frame = link.recv(struct.unpack(">I", head)[0], socket.MSG_WAITALL)
                    link.sendall(answer(frame[1], frame[2:10], frame[10:]))
            except OSError:
                pass
            finally:
                link.close()

        over = threading.Event()

        def run():
            while not over.is_set():
                try:
                    link, _ = door.accept()
                except OSError:
                    continue
                threading.Thread(target=serve, args=(link,), daemon=True).start()
            door.close()
            os.unlink(path)

        thread = threading.Thread(target=run)
        thread.start()

        def end():
            over.set()
            thread.join()
        return end

    def garbage_answers(self):
        end = self.impostor(lambda kind, id, body: secrets.token_bytes(200))
        try:
            return self.paused("its answer is malformed")
        finally:
            end()
            self.start_signer()

    def false_answers(self):
        """A signature of another key: nothing goes out, and the real signer's return alone does not mend it."""
        stranger = Account.create()

        def answer(kind, id, body):
            def frame(kind, body):
                return struct.pack(">IBB", 10 + len(body), 1, kind) + id + body
            if kind == 1:
                return frame(0x81, bytes.fromhex(self.searcher.address[2:]) + bytes.fromhex(self.relay.address[2:]))
            made = stranger.unsafe_sign_hash(keccak(body))
            return frame(0x82, made.r.to_bytes(32, "big") + made.s.to_bytes(32, "big") + bytes([made.v - 27]))

        end = self.impostor(answer)
        try:
            self.paused("is not of", 60, "distrusted")
        finally:
            end()
            self.start_signer()
        time.sleep(3)
        if self.node.admin("node_status")["signing"]["state"] != "distrusted":
            raise Failure("a lie was forgotten")
        self.node.admin("node_resume")
        return self.resumed()

    def log_in_order(self):
        """After kill -9, hang and impostors the audit log is whole, every code right."""
        entries = []
        self.signer.terminate()
        self.signer.wait(15)
        for account in (self.searcher, self.relay):
            found = json.loads(self.node.must("keys", "audit", "verify", "--keys-dir", str(self.keys), "--address", account.address, "--keyed",
                                              "--password-file", str(self.folder / "password"), "--json"))
            if found["fault"] is not None or not found["keyed"]:
                raise Failure(f"{found}")
            entries.append(found["entries"])
        self.node.terminate()
        return f"{entries} entries"

    # ---- rotate

    def call(self, to: str, data: str) -> str:
        return self.chain.rpc("eth_call", {"to": to, "data": data}, "latest")

    def rotates(self):
        """New key, new executor, holdings and coins moved, old key retired: read from the chain and the folder."""
        rpc, node = self.chain.rpc, self.node
        self.configure()
        weth = self.chain.deployment["tokens"]["WETH"]["address"]
        holding = lambda at: int(self.call(weth, "0x70a08231" + at[2:].lower().rjust(64, "0")), 16)
        held, coins = holding(self.executor), rpc.number("eth_getBalance", self.searcher.address, "latest")
        fresh = self.private("new-password", "new " + secrets.token_hex(8) + "\n")
        rotate = ["keys", "rotate", "--chain", "devnet", "--config", str(node.config), "--new-password-file", str(fresh), "--light", "--json"]
        plan = json.loads(node.must(*rotate))
        if plan["sent"] or plan["balanceWei"] != str(coins) or not Path(node.searcher_keystore).exists():
            raise Failure(f"the plan: {plan}")
        done = json.loads(node.must(*rotate, "--live"))
        owner = "0x" + self.call(done["executor"], "0x8da5cb5b")[-40:]
        if owner != done["owner"].lower() or owner == self.searcher.address.lower():
            raise Failure(f"owner() of the new executor is {owner}: {done}")
        if held == 0 or holding(self.executor) != 0 or holding(done["executor"]) != held:
            raise Failure(f"{held} held, left {holding(self.executor)}, arrived {holding(done['executor'])}")
        arrived, left = (rpc.number("eth_getBalance", at, "latest") for at in (done["owner"], self.searcher.address))
        if arrived != int(done["sweptWei"]) or arrived < coins * 99 // 100 or left > coins // 100:
            raise Failure(f"of {coins} coins {arrived} arrived, {left} left: {done}")
        if Path(node.searcher_keystore).exists() or not Path(done["retired"]).exists():
            raise Failure(f"the old key file: {done}")
        listed = [row["address"] for row in json.loads(node.must("keys", "list", "--keys-dir", str(self.keys), "--json"))["keys"]]
        if done["owner"] not in listed or self.searcher.address in listed:
            raise Failure(f"listed: {listed}")
        node.searcher_keystore = next(str(p) for p in self.keys.iterdir() if done["owner"][2:].lower() in p.name.lower())
        self.private("password", fresh.read_text())
        self.executor, self.owner = done["executor"], done["owner"]
        return f"{held} wei of wrapped ether and {arrived} of {coins} wei moved"

    def lands_after_rotation(self):
        (self.folder / "relay-password").write_text(self.password + "\n")
        (self.folder / "relay-password").chmod(0o600)
        self.configure()
        text = self.node.config.read_text()
        self.node.config.write_text(text.replace(f'relay_password_file = "{self.folder / "password"}"', f'relay_password_file = "{self.folder / "relay-password"}"'))
        self.node.start(); self.at_head()
        note = self.lands(1)
        self.node.terminate()
        return note

    # ---- a Safe

    def send(self, data: str, to: str | None = None, value: int = 0) -> dict:
        """From a funded throw-away account, by eth-account; the receipt, which must be a success."""
        rpc = self.chain.rpc
        if not hasattr(self, "payer"):
            self.payer = Account.create()
            rpc("anvil_setBalance", self.payer.address, hex(1000 * 10**18))
        fields = {"type": 2, "chainId": rpc.number("eth_chainId"), "nonce": rpc.number("eth_getTransactionCount", self.payer.address, "pending"),
                  "gas": 8_000_000, "maxFeePerGas": 200 * 10**9, "maxPriorityFeePerGas": 10**9, "value": value, "data": data}
        if to:
            fields["to"] = to_checksum_address(to)
        sent = rpc("eth_sendRawTransaction", "0x" + self.payer.sign_transaction(fields).raw_transaction.hex().removeprefix("0x"))
        receipt = wait_for("a receipt", 30, lambda: rpc("eth_getTransactionReceipt", sent))
        if int(receipt["status"], 16) != 1:
            raise Failure(f"reverted: {receipt}")
        return receipt

    def safe_executes(self):
        """Safe 1.4.1 of three owners, two needed: hashed by the contract itself, signed by our keys and eth-account, executed."""
        import safe_eth
        place, node, rpc = Path(safe_eth.__file__).parent / "eth/contracts/abis", self.node, self.chain.rpc
        code = lambda name: json.loads((place / f"{name}.json").read_text())["bytecode"]
        singleton = self.send(code("Safe_V1_4_1"))["contractAddress"]
        safe = to_checksum_address(self.send(code("Proxy_V1_4_1") + encode(["address"], [singleton]).hex())["contractAddress"])
        friend, third = Account.create(), Account.create()
        owners = [self.relay.address, friend.address, third.address]
        zero = "0x" + "00" * 20
        setup = keccak(text="setup(address[],uint256,address,bytes,address,address,uint256,address)")[:4] + encode(
            ["address[]", "uint256", "address", "bytes", "address", "address", "uint256", "address"], [owners, 2, zero, b"", zero, zero, 0, zero])
        self.send("0x" + setup.hex(), safe)
        self.send("0x", safe, 5 * 10**18)
        to = to_checksum_address("0x" + secrets.token_hex(20))
        body = {"safe": safe, "chainId": rpc.number("eth_chainId"), "to": to, "value": str(3 * 10**18), "nonce": 0, "version": "1.4.1"}
        file = str(self.private("safe.json", json.dumps(body)))
        ours = node.must("keys", "safe", "hash", file).strip()
        kinds = ["address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address", "uint256"]
        data = keccak(text="getTransactionHash(" + ",".join(kinds) + ")")[:4] + encode(kinds, [to, 3 * 10**18, b"", 0, 0, 0, 0, zero, zero, 0])
        theirs = self.call(safe, "0x" + data.hex())
        if ours != theirs:
            raise Failure(f"our hash {ours}, the contract's {theirs}")
        made = json.loads(node.must("keys", "safe", "sign", "--keys-dir", str(self.keys), "--password-file", str(self.folder / "relay-password"),
                                    "--address", self.relay.address, "--without-policy", "--json", file))["signature"]
        second = "0x" + friend.unsafe_sign_hash(bytes.fromhex(ours[2:])).signature.hex().removeprefix("0x")
        execute = ["keys", "safe", "execute", "--chain", "devnet", "--config", str(node.config), "--json"]
        alone = node.run(*execute, "--signature", made, file)
        if alone.returncode != 5 or "the Safe wants 2" not in alone.stderr:
            raise Failure(f"one signature of two: exit {alone.returncode} {alone.stderr}")
        foreign = "0x" + self.payer.unsafe_sign_hash(bytes.fromhex(ours[2:])).signature.hex().removeprefix("0x")
        alone = node.run(*execute, "--signature", made, "--signature", foreign, file)
        if alone.returncode != 5 or "is no owner" not in alone.stderr:
            raise Failure(f"a stranger's signature: exit {alone.returncode} {alone.stderr}")
        both = ["--signature", made, "--signature", second, file]
        shown = json.loads(node.must(*execute, *both))
        if shown["sent"] or rpc.number("eth_getBalance", to, "latest"):
            raise Failure(f"sent without --live: {shown}")
        done = json.loads(node.must(*execute, "--live", *both))
        if rpc.number("eth_getBalance", to, "latest") != 3 * 10**18 or int(self.call(safe, "0xaffed0e0"), 16) != 1:
            raise Failure(f"executed: {done}, but the chain does not show it")
        again = node.run(*execute, "--live", *both)
        if again.returncode != 5 or "nonce is 1" not in again.stderr:
            raise Failure(f"twice: exit {again.returncode} {again.stderr}")
        return f"{safe}, transaction {done['transaction'][:18]}"

    def stop(self):
        if self.signer and self.signer.poll() is None:
            self.signer.send_signal(signal.SIGCONT)
            self.signer.kill()
            self.signer.wait()
        super().stop()


def main() -> int:
    binary = Path(sys.argv[1]).resolve()
    folder = Path(tempfile.mkdtemp(prefix="martlet-live-"))
    checks = Checks()
    story = Story(binary, folder)
    try:
        for name, body in (
            ("keys, configuration, executor deployed", story.set_up),
            ("the node with its own keystores lands bundles", story.node_with_keystore),
            ("its memory, a core dump and its trace log hold no secret", story.node_leaves_nothing),
            ("keys move into a signer process", story.signer_config),
            ("the node starts without its signer: signing is paused, with the reason", story.starts_without_signer),
            ("the signer comes: bundles land", story.signer_comes),
            ("the node's memory holds no key at all, nor its trace log", story.node_holds_nothing),
            ("the signer's memory, core dump, log and audit log hold no secret", story.signer_leaves_nothing),
            ("flooded and given garbage: bundles land", story.flooded),
            ("kill -9: signing is paused, with the reason", story.signer_killed),
            ("started again: bundles land", story.signer_comes),
            ("hanging: signing is paused, with the reason", story.signer_hangs),
            ("going on: bundles land", story.resumed),
            ("garbage for an answer: signing is paused", story.garbage_answers),
            ("the signer is back: bundles land", story.resumed),
            ("a false signature: paused until the operator resumes", story.false_answers),
            ("the audit logs are in order after all that", story.log_in_order),
            ("keys rotate moves key, executor, tokens and coins", story.rotates),
            ("the node lands bundles with the new key", story.lands_after_rotation),
            ("a genuine Safe executes what its owners signed", story.safe_executes),
        ):  # fmt: skip
            checks.run(name, body)
    finally:
        story.stop()
        if checks.failed:
            print(f"  logs are kept in {folder}", flush=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(f"{checks.passed} passed {checks.failed} failed", flush=True)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
