"""Writes good.json, wrong.json and trace.txt: small state tests whose answers are EELS's (PyPI ethereum-execution 2.20.0, t8n).

good.json must pass. wrong.json holds the same cases with one thing changed in what is expected; each case's name says
what a runner must report. Run with the Python of a venv that has ethereum-execution; the files come out the same again.
"""
import copy
import json
import os
import subprocess
import sys
import tempfile

from ethereum_rlp import decode, encode

HERE = os.path.dirname(os.path.abspath(__file__))
TOOL = os.path.join(os.path.dirname(sys.executable), "ethereum-spec-evm")
KEY = "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
SENDER = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b"
COINBASE = "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba"
CONTRACT = "0x00000000000000000000000000000000c0de0001"
# EELS's t8n names of forks that the tests call otherwise.
NAMES = {"EIP158": "SpuriousDragon", "Paris": "Paris"}

# slot 1 = slot 1 + 1; slot 2 = 0; slot 3 = calldata word; log2(0x20 bytes, 0xaa, 0xbb); returns slot 1
COUNTER = "0x" + "600154600101" + "600155" + "5f600255".replace("5f", "6000") + "600035600355" \
    + "600154600052" + "60bb60aa60206000a2" + "60206000f3"
# init code: stores 7 in slot 9, deploys the three bytes 60 00 00
CREATE = "0x6007600955" + "62600000600052" + "6003601df3"
REVERT = "0x600160015560206000fd"


def account(balance=0, nonce=0, code="0x", storage=None):
    return {"nonce": hex(nonce), "balance": hex(balance), "code": code, "storage": storage or {}}


def environment(fork):
    env = {"currentCoinbase": COINBASE, "currentGasLimit": "0x1c9c380", "currentNumber": "0x1",
           "currentTimestamp": "0x3e8", "currentDifficulty": "0x20000"}
    if fork in ("London", "Paris", "Shanghai", "Cancun", "Prague", "Osaka"):
        env["currentBaseFee"] = "0x7"
    if fork in ("Paris", "Shanghai", "Cancun", "Prague", "Osaka"):
        env["currentRandom"] = "0x" + "5a" * 32
        env["currentDifficulty"] = "0x0"
    if fork in ("Cancun", "Prague", "Osaka"):
        env["currentExcessBlobGas"] = "0x0"
    return env


def transition(fork, pre, transaction):
    """EELS's answer: root, logs hash, post-state, the signed transaction's bytes, and whether it was refused."""
    env = environment(fork)
    env.update({"blockHashes": {}, "withdrawals": []})
    if fork in ("Cancun", "Prague", "Osaka"):
        env["parentBeaconBlockRoot"] = "0x" + "00" * 32
    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return os.path.join(folder, name)
        for name, value in (("alloc", pre), ("env", env), ("txs", [transaction])):
            with open(path(name + ".json"), "w") as file:
                json.dump(value, file)
        subprocess.run(
            [TOOL, "t8n", "--input.alloc", path("alloc.json"), "--input.env", path("env.json"), "--input.txs",
             path("txs.json"), "--state.fork", NAMES.get(fork, fork), "--state.chainid", "1", "--state.reward", "-1",
             "--output.basedir", folder, "--output.result", "result.json", "--output.alloc", "post.json",
             "--output.body", "body.txt", "--state-test"], check=True, capture_output=True)
        result = json.load(open(path("result.json")))
        post = json.load(open(path("post.json")))
        body = json.load(open(path("body.txt"))) if os.path.exists(path("body.txt")) else "0xc0"
    return result, post, body


def raw(body, kind):
    """The signed envelope; EELS's body has the fields of a typed transaction without its type."""
    fields = decode(bytes.fromhex(body[2:]))[0]
    return "0x" + (bytes([kind]) if kind else b"").hex() + encode(fields).hex()


def whole(post):
    """EELS leaves out what is zero or empty."""
    return {address: {**account(), **members} for address, members in post.items()}


def case(forks, pre, to, data, gas, value=0, nonce=0, dynamic=False, described=False, exception=None):
    """One test: `forks` in one case share env, so all of them must be of one kind."""
    fees = {"maxFeePerGas": "0x64", "maxPriorityFeePerGas": "0x2"} if dynamic else {"gasPrice": "0x64"}
    test = {"env": environment(forks[0]), "pre": pre, "post": {},
            "transaction": {"nonce": hex(nonce), "to": to, "sender": SENDER, "secretKey": KEY, "data": data,
                            "gasLimit": [hex(gas)], "value": [hex(value)], **fees}}
    for fork in forks:
        test["post"][fork] = []
        for index, calldata in enumerate(data):
            transaction = {"type": "0x2" if dynamic else "0x0", "nonce": hex(nonce), "to": to or None,
                           "gas": hex(gas), "value": hex(value), "input": calldata, "secretKey": KEY,
                           "chainId": "0x1", **fees}
            if not dynamic:
                transaction["protected"] = False
            result, post, body = transition(fork, pre, transaction)
            assert bool(result.get("rejected")) == bool(exception), (fork, result)
            entry = {"hash": result["stateRoot"], "logs": result["logsHash"],
                     "indexes": {"data": index, "gas": 0, "value": 0}}
            if not described:
                entry["txbytes"] = raw(body, 2 if dynamic else 0)
                entry["state"] = whole(post)
            if exception:
                entry["expectException"] = exception
            test["post"][fork].append(entry)
    return test


def good():
    rich = account(balance=10**18)
    counter = {SENDER: rich, CONTRACT: account(
        balance=5, code=COUNTER, storage={"0x01": "0x29", "0x02": "0x63", "0x07": "0x00"})}
    clean = copy.deepcopy(counter)
    words = ["0x" + "00" * 31 + "11", "0x" + "00" * 32]
    return {
        "counter": case(["Cancun", "Prague", "Osaka"], clean, CONTRACT, words, 200_000, value=3, dynamic=True),
        "counter_old": case(["Frontier", "Homestead", "EIP158", "Istanbul", "Berlin"], clean, CONTRACT, words,
                            200_000, value=3),
        "counter_described": case(["Byzantium"], clean, CONTRACT, words, 200_000, described=True),
        "creation": case(["Shanghai"], {SENDER: rich}, "", [CREATE], 200_000, dynamic=True),
        "revert": case(["London"], {SENDER: rich, CONTRACT: account(code=REVERT)}, CONTRACT, ["0x"], 100_000,
                       dynamic=True),
        "refused_nonce": case(["London"], {SENDER: rich}, CONTRACT, ["0x"], 100_000, nonce=5, described=True,
                              exception="TransactionException.NONCE_MISMATCH_TOO_HIGH"),
    }


def wrong(tests):
    """Name -> case; the name is `<what must be reported> <where>`."""
    cases = {}

    def change(name, source, fork, edit):
        test = copy.deepcopy(tests[source])
        test["post"] = {fork: [test["post"][fork][0]]}
        edit(test["post"][fork][0])
        cases[name] = test

    def bad_hash(post):
        post["hash"] = "0x" + "11" * 32

    def at(path, value):
        def edit(post):
            bad_hash(post)
            place = post["state"]
            for key in path[:-1]:
                place = place[key]
            if value is None:
                del place[path[-1]]
            else:
                place[path[-1]] = value
        return edit

    def slot(value):
        def edit(post):
            bad_hash(post)
            storage = post["state"][CONTRACT]["storage"]
            key = next(k for k in storage if int(k, 16) == 1)
            storage[key] = value
        return edit

    change("state root", "counter", "Cancun", bad_hash)
    change("state root described", "counter_described", "Byzantium", bad_hash)
    change("slot value", "counter", "Osaka", slot("0x2b"))
    change("slot extra", "counter", "Osaka", lambda post: (
        bad_hash(post), [post["state"][CONTRACT]["storage"].pop(k)
                         for k in list(post["state"][CONTRACT]["storage"]) if int(k, 16) == 3]))
    change("slot missing", "counter_old", "Frontier", at([CONTRACT, "storage", "0x0c"], "0x01"))
    change("balance", "counter", "Prague", at([COINBASE, "balance"], "0x1"))
    change("nonce", "counter", "Prague", at([SENDER, "nonce"], "0x9"))
    change("code", "counter", "Prague", at([CONTRACT, "code"], "0x6001"))
    change("account missing", "counter", "Cancun", at(["0x" + "00" * 19 + "77"], account(balance=1)))
    change("account extra", "counter", "Cancun", at([CONTRACT], None))
    change("logs", "counter", "Cancun", lambda post: post.update(logs="0x" + "22" * 32))
    change("exception", "revert", "London", lambda post: post.update(expectException="TransactionException.X"))
    change("rejection", "refused_nonce", "London", lambda post: post.pop("expectException"))
    return cases


def traces():
    """trace.txt: EELS's EIP-3155 steps of good.json, `pc op gas gasCost memSize depth refund stack` each, in order;
    a transition ends with `end output gasUsed`."""
    done = subprocess.run([TOOL, "statetest", "--json", "--nomemory", os.path.join(HERE, "good.json")],
                          check=True, capture_output=True, text=True)
    assert all(entry["pass"] for entry in json.loads(done.stdout))
    lines = ["# EIP-3155 steps of good.json by EELS, see generate.py"]
    for line in done.stderr.splitlines():
        if not line.startswith("{"):
            continue
        step = json.loads(line)
        if "pc" in step:
            lines.append(" ".join([str(step["pc"]), str(step["op"]), step["gas"], step["gasCost"],
                                   str(step["memSize"]), str(step["depth"]), str(step["refund"]),
                                   ",".join(step["stack"]) or "-"]))
        elif "output" in step:
            lines.append("end %s %s" % (step["output"] or "-", step["gasUsed"]))
    with open(os.path.join(HERE, "trace.txt"), "w") as file:
        file.write("\n".join(lines) + "\n")


def main():
    tests = good()
    for name, value in (("good", tests), ("wrong", wrong(tests))):
        with open(os.path.join(HERE, name + ".json"), "w") as file:
            json.dump(value, file, indent=1, sort_keys=False)
            file.write("\n")
    traces()


main()
