#!/usr/bin/env python3
"""`martlet keys` and `martlet signer` beside PyPI's eth-account and eth-keyfile, both directions, with the ways to break them.

usage: keys_roundtrip.py MARTLET_EXECUTABLE     (run by scripts/test-keys.sh; last line "N passed M failed")
"""
import json
import os
import random
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import secretscan
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_keyfile import create_keyfile_json, decode_keyfile_json
from eth_utils import keccak, to_checksum_address

Account.enable_unaudited_hdwallet_features()
MARTLET = sys.argv[1]
HOME = Path(tempfile.mkdtemp(prefix="martlet-keys-"))
PASSWORD = "correct horse pässwörd ☃"
passed = failed = 0


def check(name, good, detail=""):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}: {str(detail)[:600]}")


def private(name, text):
    path = HOME / name
    path.write_text(text)
    path.chmod(0o600)
    return str(path)


def folder(name):
    path = HOME / name
    path.mkdir(mode=0o700, exist_ok=True)
    return str(path)


def run(*arguments, expect=0, env=None, stdin=None, pass_fds=()):
    done = subprocess.run(
        [MARTLET, *arguments], capture_output=True, text=True, input=stdin, timeout=120, pass_fds=pass_fds,
        env={**os.environ, **(env or {})}, start_new_session=True)
    check(f"martlet {' '.join(arguments)[:90]} exits {expect}", done.returncode == expect, f"{done.returncode} {done.stdout} {done.stderr}")
    return done


def answer(*arguments, **options):
    text = run(*arguments, "--json", **options).stdout
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return {}


password = private("password", PASSWORD + "\n")


def keystores():
    ours = folder("ours")
    for strength in (["--light"], []):
        made = answer("keys", "new", "--keys-dir", ours, "--password-file", password, *strength)
        raw = decode_keyfile_json(json.loads(Path(made["path"]).read_text()), PASSWORD.encode())
        check("eth-keyfile opens our file", Account.from_key(raw).address == made["address"], made)
        check("mode 0600", os.stat(made["path"]).st_mode & 0o777 == 0o600)
    theirs = folder("theirs")
    for kdf, work in (("scrypt", 4096), ("pbkdf2", 2000)):
        account = Account.create()
        content = create_keyfile_json(bytes(account.key), PASSWORD.encode(), kdf=kdf, iterations=work)
        file = private(f"theirs-{kdf}.json", json.dumps(content))
        made = answer("keys", "import", "--keys-dir", theirs, "--keystore", file, "--password-file", password, "--light")
        check("we open eth-keyfile's file", made.get("address") == account.address, made)
        out = str(HOME / f"raw-{kdf}")
        run("keys", "export", "--keys-dir", theirs, "--address", account.address, "--password-file", password, "--raw", "--out", out)
        check("the same key comes back", bytes.fromhex(Path(out).read_text()) == bytes(account.key))
        check("raw export has mode 0600", os.stat(out).st_mode & 0o777 == 0o600)
        run("keys", "export", "--keys-dir", theirs, "--address", account.address, "--password-file", password, "--raw", "--out", out, expect=5)
        shown = run("keys", "inspect", "--keys-dir", theirs, "--address", account.address, "--check", "--password-file", password).stdout
        check("inspect names the address", account.address in shown, shown)
        check("memory is locked", "locked" in shown and "NOT" not in shown, shown)
    new = private("password2", "another one\n")
    address = answer("keys", "list", "--keys-dir", theirs)["keys"][0]["address"]
    run("keys", "change-password", "--keys-dir", theirs, "--address", address, "--password-file", password, "--new-password-file", new, "--light")
    run("keys", "inspect", "--keys-dir", theirs, "--address", address, "--check", "--password-file", password, expect=5)
    run("keys", "inspect", "--keys-dir", theirs, "--address", address, "--check", "--password-file", new)
    run("keys", "remove", "--keys-dir", theirs, "--address", address)
    check("retired", any((Path(theirs) / "retired").iterdir()))
    run("keys", "inspect", "--keys-dir", theirs, "--address", address, expect=1)
    left = answer("keys", "list", "--keys-dir", theirs)["keys"][0]
    run("keys", "remove", "--keys-dir", theirs, "--address", left["address"], "--destroy", "--password-file", new, expect=5)
    run("keys", "remove", "--keys-dir", theirs, "--address", left["address"], "--destroy", "--password-file", password)
    check("destroyed", not Path(left["path"]).exists())
    run("keys", "remove", "--keys-dir", theirs, expect=2)


def sources():
    place = folder("sources")
    base = ["keys", "new", "--keys-dir", place, "--light"]
    read, write = os.pipe()
    os.write(write, (PASSWORD + "\n").encode())
    os.close(write)
    made = answer(*base, "--password-fd", str(read), pass_fds=(read,))
    os.close(read)
    check_open = ["keys", "inspect", "--keys-dir", place, "--address", made["address"], "--check"]
    run(*check_open, "--password-file", password)
    run(*check_open, "--password-stdin", stdin=PASSWORD + "\n")
    run(*check_open, "--password-env", "SECRET_X", env={"SECRET_X": PASSWORD})
    credentials = HOME / "credentials"
    credentials.mkdir()
    (credentials / "pw").write_text(PASSWORD)
    run(*check_open, "--password-credential", "pw", env={"CREDENTIALS_DIRECTORY": str(credentials)})
    run(*check_open, "--password-credential", "../password", env={"CREDENTIALS_DIRECTORY": str(credentials)}, expect=2)
    run(*check_open, "--password-credential", "pw", expect=2)
    run(*check_open, "--password-env", "NOT_SET_X", expect=1)
    run(*check_open, "--password-env", "A", "--password-file", password, expect=2)
    run(*check_open, "--password-fd", "1", expect=2)
    os.chmod(password, 0o644)
    run(*check_open, "--password-file", password, expect=5)
    os.chmod(password, 0o600)


def mnemonics():
    place = folder("mnemonics")
    for words in (12, 24):
        file = str(HOME / f"words{words}")
        made = answer("keys", "new", "--words", str(words), "--mnemonic-file", file, "--keys-dir", place, "--password-file", password, "--light")
        sentence = Path(file).read_text()
        check("eth-account reads our mnemonic", Account.from_mnemonic(sentence).address == made["address"], made)
        check("mnemonic file 0600", os.stat(file).st_mode & 0o777 == 0o600)
        out, theirs = Account.create_with_mnemonic(num_words=words)
        file = private(f"theirs{words}", theirs + "\n")
        rows = answer("keys", "derive", "--mnemonic-file", file, "--count", "5")
        wanted = [Account.from_mnemonic(theirs, account_path=f"m/44'/60'/0'/0/{i}").address for i in range(5)]
        check("we derive what eth-account derives", [row["address"] for row in rows] == wanted, rows)
        rows = answer("keys", "derive", "--mnemonic-file", file, "--ledger", "--index", "2", "--count", "1")
        check("Ledger Live's counting", rows[0]["address"] == Account.from_mnemonic(theirs, account_path="m/44'/60'/2'/0/0").address)
        phrase = private("phrase", "TREZOR\n")
        rows = answer("keys", "derive", "--mnemonic-file", file, "--passphrase-file", phrase, "--count", "1")
        check("with a passphrase", rows[0]["address"] == Account.from_mnemonic(theirs, passphrase="TREZOR").address)
        made = answer("keys", "import", "--mnemonic-file", file, "--path", "m/44h/60h/0h/0/3", "--keys-dir", place, "--password-file", password, "--light")
        check("imported by path", made.get("address") == wanted[3], made)
    wrong = private("wrong", "abandon " * 12)
    run("keys", "derive", "--mnemonic-file", wrong, expect=2)
    known = private("known", "test test test test test test test test test test test junk")
    told = run("keys", "derive", "--mnemonic-file", known, "--count", "1")
    check("a published mnemonic is told", "published development key" in told.stderr, told.stderr)
    vanity = answer("keys", "vanity", "--prefix", "ab", "--keys-dir", place, "--password-file", password, "--light")
    check("vanity", vanity["address"].lower().startswith("0xab"), vanity)
    run("keys", "vanity", "--prefix", "xyz", "--keys-dir", place, "--password-file", password, expect=2)


def one_key(name):
    """A folder with one key of eth-account's."""
    account = Account.create()
    place = folder(name)
    file = private(f"{name}.hex", bytes(account.key).hex())
    answer("keys", "import", "--key-file", file, "--keys-dir", place, "--password-file", password, "--light")
    return place, account, ["--keys-dir", place, "--password-file", password]


TYPED = {
    "types": {"EIP712Domain": [{"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}],
              "Bid": [{"name": "round", "type": "uint64"}, {"name": "who", "type": "string"}]},
    "primaryType": "Bid", "domain": {"chainId": 1, "verifyingContract": "0x" + "35" * 20},
    "message": {"round": 7, "who": "us"},
}


def signatures():
    place, account, common = one_key("signing")
    for text in ("hello martlet", "", "ü☃"):
        made = answer("keys", "sign-message", *common, text) if text else None
        if made:
            theirs = Account.sign_message(encode_defunct(text=text), account.key).signature.hex()
            check("the same message signature", made["signature"].removeprefix("0x") == theirs.removeprefix("0x"))
            found = answer("keys", "verify", "--message", text, "--signature", made["signature"], "--address", account.address)
            check("verify", found["good"] and found["signer"] == account.address)
            run("keys", "verify", "--message", text + "x", "--signature", made["signature"], "--address", account.address, expect=1)
    typed = private("typed.json", json.dumps(TYPED))
    run("keys", "sign-typed", *common, typed, expect=5)
    made = answer("keys", "sign-typed", *common, "--without-policy", typed)
    theirs = Account.sign_message(encode_typed_data(full_message=TYPED), account.key).signature.hex()
    check("the same typed signature", made["signature"].removeprefix("0x") == theirs.removeprefix("0x"), made)
    check("verify typed", answer("keys", "verify", "--typed-file", typed, "--signature", made["signature"])["signer"] == account.address)
    to = to_checksum_address("0x" + "35" * 20)
    base = {"nonce": 9, "gas": 21000, "to": to, "value": 10**18, "chainId": 1, "data": "0x"}
    other = Account.create()
    grant = other.sign_authorization({"chainId": 1, "address": to, "nonce": 4})
    cases = {
        "legacy": {**base, "gasPrice": 20 * 10**9},
        "creation": {**{k: v for k, v in base.items() if k != "to"}, "gas": 100000, "gasPrice": 1, "data": "0x6001", "nonce": 10},
        "2930": {**base, "type": 1, "gasPrice": 5, "nonce": 11, "accessList": [{"address": to, "storageKeys": ["0x" + "00" * 31 + "07"]}]},
        "1559": {**base, "type": 2, "maxFeePerGas": 20 * 10**9, "maxPriorityFeePerGas": 2 * 10**9, "nonce": 12},
        "7702": {**base, "type": 4, "maxFeePerGas": 9, "maxPriorityFeePerGas": 1, "nonce": 13, "gas": 100000, "authorizationList": [grant]},
    }
    for name, fields in cases.items():
        theirs = Account.sign_transaction(dict(fields), account.key).raw_transaction.hex().removeprefix("0x")
        given = dict(fields)
        if name == "7702":
            given["authorizationList"] = [{
                "chainId": hex(grant.chain_id), "address": "0x" + bytes(grant.address).hex(), "nonce": hex(grant.nonce),
                "yParity": hex(grant.y_parity), "r": hex(grant.r), "s": hex(grant.s)}]
        file = private(f"tx-{name}.json", json.dumps(given))
        run("keys", "sign-tx", *common, file, expect=5)
        made = answer("keys", "sign-tx", *common, "--without-policy", file)
        check(f"the same raw {name} transaction", made.get("raw", "").removeprefix("0x") == theirs, made)
        check(f"verify raw {name}", answer("keys", "verify", "--raw-tx", made.get("raw", "0x"))["signer"] == account.address)
    bad = private("tx-bad.json", json.dumps({**base, "gasPrice": 1, "surprise": 1}))
    run("keys", "sign-tx", *common, "--without-policy", bad, expect=2)


def rules(address, chain=1):
    return f"""
[[key]]
address = "{address}"
messages = true
[[key.typed_data]]
chain_id = 1
contract = "{to_checksum_address('0x' + '35' * 20)}"
primary_type = "Bid"
[[key.chain]]
chain_id = {chain}
routes = ["bundle"]
fee_per_gas_max = "30 gwei"
gas_limit_max = 500000
transactions_hour_max = 3
[[key.chain.target]]
address = "{to_checksum_address('0x' + '35' * 20)}"
selectors = ["run(uint256,bytes)"]
"""


def transaction(nonce, **changes):
    fields = {"type": 2, "nonce": nonce, "gas": 100000, "to": "0x" + "35" * 20, "value": 0, "chainId": 1,
              "data": "0x" + keccak(text="run(uint256,bytes)")[:4].hex() + "00", "maxFeePerGas": 20 * 10**9, "maxPriorityFeePerGas": 1, **changes}
    return private(f"policy-tx-{nonce}-{len(changes)}.json", json.dumps(fields))


def policies():
    place, account, common = one_key("policies")
    text = rules(account.address)
    run("keys", "policy", "set", "--keys-dir", place, private("bad.toml", text.replace("gas_limit_max", "gas_limit_mx")), expect=3)
    run("keys", "policy", "set", "--keys-dir", place, private("rules.toml", text))
    run("keys", "policy", "check", "--keys-dir", place)
    shown = run("keys", "policy", "show", "--keys-dir", place).stdout
    again = private("again.toml", shown)
    run("keys", "policy", "set", "--keys-dir", place, again)
    check("show reads back as itself", run("keys", "policy", "show", "--keys-dir", place).stdout == shown)
    sign = ["keys", "sign-tx", *common, "--route", "bundle"]
    for nonce in range(3):
        run("keys", "policy", "check", "--keys-dir", place, "--address", account.address, "--route", "bundle", "--tx", transaction(nonce))
        run(*sign, transaction(nonce))
    refused = run(*sign, transaction(3), expect=5)
    check("the hour's limit lasts over processes", "transactions-per-hour-too-high" in refused.stderr, refused.stderr)
    run("keys", "policy", "check", "--keys-dir", place, "--address", account.address, "--route", "bundle", "--tx", transaction(3), expect=1)
    for changes, reason in (({"chainId": 5}, "chain-not-allowed"), ({"to": "0x" + "36" * 20}, "recipient-not-allowed"),
                            ({"data": "0xdeadbeef"}, "selector-not-allowed"), ({"value": 1}, "value-too-high"),
                            ({"maxFeePerGas": 31 * 10**9}, "fee-per-gas-too-high"), ({"gas": 500001}, "gas-limit-too-high")):
        refused = run(*sign, transaction(0, **changes), expect=5)
        check(reason, reason in refused.stderr, refused.stderr)
    run("keys", "sign-tx", *common, "--route", "public", transaction(0), expect=5)
    run("keys", "sign-typed", *common, private("typed2.json", json.dumps(TYPED)))
    run("keys", "stop", "--keys-dir", place, "--reason", "drill")
    check("stop", "panic-stop" in run("keys", "sign-message", *common, "x", expect=5).stderr)
    run("keys", "resume", "--keys-dir", place)
    run("keys", "sign-message", *common, "x")
    run("keys", "resume", "--keys-dir", place, expect=1)
    audits(place, account, common)


def audits(place, account, common):
    log = Path(place) / "audit" / f"{account.address.lower()}.log"
    verify = ["keys", "audit", "verify", *common, "--address", account.address]
    found = answer(*verify, "--keyed")
    check("a whole log", found["fault"] is None and found["keyed"] and found["entries"] > 10, found)
    head = f"{found['entries']}:{found['head']}"
    run(*verify, "--expect", head)
    good, good_head = log.read_bytes(), Path(f"{log}.head").read_bytes()
    lines = good.splitlines(keepends=True)
    entry = 5
    changed = lines.copy()
    changed[entry - 1] = changed[entry - 1].replace(b'"nonce":', b'"nonce":1', 1) if b'"nonce"' in changed[entry - 1] else changed[entry - 1].replace(b'"t":1', b'"t":2', 1)
    for content, number in ((b"".join(changed), entry), (b"".join(lines[:-3]), len(lines) - 2), (b"".join(lines[:3] + lines[4:]), 4)):
        log.write_bytes(content)
        broken = run(*verify, expect=1)
        check(f"found at entry {number}", f"entry {number}:" in broken.stderr, broken.stderr)
        check("nothing is signed on it", f"entry {number}:" in run("keys", "sign-message", *common, "x", expect=3).stderr)
    log.write_bytes(good)
    run("keys", "sign-message", *common, "later")
    run(*verify, "--expect", head)
    log.write_bytes(b"".join(lines[:4]))
    last = json.loads(lines[3])
    Path(f"{log}.head").write_text(f"{4:020d} {last['hash']} {last['mac']}\n")
    check("a log set back with its head shows by the noted head", "set back" in run(*verify, "--keyed", "--expect", head, expect=1).stderr)
    log.write_bytes(good)
    Path(f"{log}.head").write_bytes(good_head)
    run("keys", "audit", "rotate", *common, "--address", account.address, "--after-fault", expect=2)
    log.write_bytes(b"".join(lines[:6] + lines[7:]))
    run("keys", "audit", "rotate", *common, "--address", account.address, expect=3)
    log.write_bytes(good)
    rotated = answer("keys", "audit", "rotate", *common, "--address", account.address)
    check("put away", rotated.get("earlier") == f"{log.name}.1" and Path(f"{log}.1").read_bytes() == good, rotated)
    check("goes on", f"goes on from: {log.name}.1, unchanged" in run(*verify, "--keyed").stdout)
    Path(f"{log}.1").rename(f"{log}.away")
    check("not without it", "which is gone" in run("keys", "sign-message", *common, "x", expect=3).stderr)
    Path(f"{log}.away").write_bytes(b"".join(lines[:4]))
    Path(f"{log}.away").rename(f"{log}.1")
    check("nor with another", "entry" in run(*verify, expect=1).stderr)
    Path(f"{log}.1").write_bytes(good)
    run("keys", "sign-message", *common, "after the rotation")
    for file in (log, Path(f"{log}.head")):
        file.unlink()
        Path(f"{file}".replace(f"{log}", f"{log}.1")).rename(file)
    shown = run("keys", "audit", "show", *[c for c in common[:2]], "--address", account.address, "--last", "5").stdout
    check("show", len(shown.splitlines()) == 5 and "message" in shown, shown)


def start_signer(place):
    process = subprocess.Popen([MARTLET, "signer", "--keys-dir", place, "--password-env", "SIGNER_PASSWORD"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True, env={**os.environ, "SIGNER_PASSWORD": PASSWORD}, start_new_session=True)
    line = process.stdout.readline()
    check("the signer starts", " on " in line, line or process.stderr.read())
    return process, f"{place}/signer.sock"


def signer_process():
    place, account, common = one_key("signer")
    run("signer", *common, expect=3)
    (Path(place) / "policy.toml").write_text(rules(account.address))
    (Path(place) / "policy.toml").chmod(0o600)
    process, path = start_signer(place)
    remote = ["--signer-socket", path, "--address", account.address]
    made = answer("keys", "sign-message", *remote, "over the socket")
    check("signed over the socket", made.get("signature", "").removeprefix("0x") == Account.sign_message(encode_defunct(text="over the socket"), account.key).signature.hex().removeprefix("0x"))
    check("refused over the socket", "chain-not-allowed" in run("keys", "sign-tx", *remote, "--route", "bundle", transaction(0, chainId=7), expect=5).stderr)
    run("signer", *common, expect=3)  # the log, and the socket, are held
    # Garbage and a flood.
    source = random.Random(5)
    for _ in range(300):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(path)
            link.sendall(source.randbytes(source.randrange(1, 400)))
        except OSError:
            pass
        link.close()
    held = []
    for _ in range(100):
        link = socket.socket(socket.AF_UNIX)
        try:
            link.connect(path)
            link.sendall(struct.pack(">IBBQ", 262144, 1, 2, 1))
        except OSError:
            pass
        held.append(link)
    time.sleep(2.5)
    run("keys", "sign-message", *remote, "after the flood")
    for link in held:
        link.close()
    check("alive", process.poll() is None)
    memory(process.pid, account)
    # Killed and started again.
    process.send_signal(signal.SIGKILL)
    process.wait()
    gone = run("keys", "sign-message", *remote, "x", expect=4)
    check("the reason is told", "cannot be reached" in gone.stderr, gone.stderr)
    process, path = start_signer(place)
    run("keys", "sign-message", *remote, "again")
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    check("ends by SIGTERM", process.returncode == 0, process.returncode)
    check("the socket file is gone", not os.path.exists(path))
    check("log in order after a kill", answer("keys", "audit", "verify", *common, "--address", account.address, "--keyed")["fault"] is None)
    logged = process.stderr.read() + Path(place, "audit", f"{account.address.lower()}.log").read_text()
    check("no secret in logs", bytes(account.key).hex() not in logged and PASSWORD not in logged)


def memory(pid, account):
    """All readable memory of the signer: what a core dump would hold, and the pages that are left out of dumps."""
    texts = {name: text for name, text in secretscan.forms("key", bytes(account.key)).items() if name != "key"}
    texts["password"] = PASSWORD.encode()
    raw = {"key": bytes(account.key)}
    found, mine = secretscan.memory(pid, texts), secretscan.memory(pid, raw)
    if found is None:
        print("skipped: the signer's memory can only be read by root")
        return
    check("no secret text anywhere in memory", not found.dumped | found.kept, (found.dumped, found.kept))
    check("the raw key is in no page that a dump holds", not mine.dumped, mine.dumped)
    check("the raw key is in its own pages, locked", mine.kept == {"key"} and mine.locked, (mine.kept, mine.locked))
    check("core dumps are off", secretscan.core_limit(pid) == "0")
    inside = secretscan.core(pid, HOME, {**texts, **raw})
    if inside is not None:
        check("no secret in gdb's core dump", not inside, inside)


def safes():
    place, account, common = one_key("safes")
    at = to_checksum_address("0x" + "35" * 20)
    file = private("safe.json", json.dumps({"safe": at, "chainId": 1, "to": at, "value": 1, "nonce": 0}))
    check("the published hash", run("keys", "safe", "hash", file).stdout.strip() == "0xce5824c1ea05ebd50f2f608493de855702105171901d752c84de76e53c6431ff")
    document = answer("keys", "safe", "hash", file)["typedData"]
    mine = answer("keys", "safe", "sign", *common, "--without-policy", file)
    theirs = Account.sign_message(encode_typed_data(full_message=document), account.key).signature.hex()
    check("the same Safe signature", mine["signature"].removeprefix("0x") == theirs.removeprefix("0x"))
    other = Account.create()
    second = "0x" + Account.sign_message(encode_typed_data(full_message=document), other.key).signature.hex().removeprefix("0x")
    joined = answer("keys", "safe", "combine", "--signature", mine["signature"], "--signature", second, file)
    order = sorted([account.address, other.address], key=lambda a: int(a, 16))
    check("owners ascending", joined["owners"] == order, joined)
    from eth_abi import decode
    fields = decode(["address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address", "bytes"], bytes.fromhex(joined["data"][10:]))
    check("execTransaction's calldata", fields[0] == at.lower() and fields[1] == 1 and "0x" + fields[9].hex() == joined["signatures"], fields)
    check("its selector", joined["data"][:10] == "0x" + keccak(text="execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)")[:4].hex())
    run("keys", "safe", "combine", "--signature", mine["signature"], "--signature", mine["signature"], file, expect=2)
    old = private("safe-old.json", json.dumps({"safe": at, "chainId": 1, "to": at, "nonce": 0, "version": "1.1.1"}))
    check("old Safes have another hash", answer("keys", "safe", "hash", old)["typedData"]["domain"].get("chainId") is None)


def published():
    place = folder("published")
    file = private("junk", "test test test test test test test test test test test junk")
    made = answer("keys", "import", "--mnemonic-file", file, "--keys-dir", place, "--password-file", password, "--light")
    common = ["--keys-dir", place, "--password-file", password, "--without-policy", "--route", "bundle"]
    run("keys", "sign-tx", *common, transaction(0), expect=5)
    run("keys", "sign-tx", *common, transaction(0, chainId=31337))
    check("refused by address", made["address"] == "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266")


try:
    for part in (keystores, sources, mnemonics, signatures, policies, signer_process, safes, published):
        before = passed, failed
        try:
            part()
        except Exception as error:  # one part's crash is a failure, not the end of the others
            check(f"{part.__name__} runs to its end", False, repr(error))
        print(f"{part.__name__}: {passed - before[0]} passed {failed - before[1]} failed", flush=True)
finally:
    shutil.rmtree(HOME, ignore_errors=True)
print(f"{passed} passed {failed} failed")
sys.exit(1 if failed else 0)
