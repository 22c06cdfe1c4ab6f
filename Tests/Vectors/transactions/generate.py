"""Writes vectors.json: random transactions of type 0 to 4 signed by eth-account. See SOURCE.md."""
import json
import pathlib
import random

from eth_account import Account

rng = random.Random(20261121)
GWEI = 10**9


def number(bits):
    return rng.choice([0, 1, 127, 128, rng.getrandbits(bits), 2**bits - 1])


def address():
    return Account.from_key(rng.randbytes(32)).address


def access_list():
    return [
        {"address": address(), "storageKeys": ["0x" + rng.randbytes(32).hex() for _ in range(rng.randint(0, 3))]}
        for _ in range(rng.randint(0, 3))
    ]


def quantities(tx):
    """JSON form: every integer as a hex quantity."""
    if isinstance(tx, bool) or isinstance(tx, str) or tx is None:
        return tx
    if isinstance(tx, int):
        return hex(tx)
    if isinstance(tx, (list, tuple)):
        return [quantities(x) for x in tx]
    return {k: quantities(v) for k, v in tx.items()}


cases = []
for index in range(60):
    kind = index % 5
    account = Account.from_key(rng.randbytes(32))
    tx = {"nonce": number(63), "gas": rng.choice([21000, rng.getrandbits(40), 2**40]), "value": number(256),
          "data": "0x" + rng.randbytes(rng.choice([0, 1, 4, 55, 56, 300])).hex()}
    if rng.random() < 0.75 or kind >= 3:
        tx["to"] = address()
    if kind > 0 or rng.random() < 0.7:
        tx["chainId"] = rng.choice([1, 56, 137, 42161, 10, 7072151312, 2**53])
    if kind < 2:
        tx["gasPrice"] = number(100)
    else:
        tip = number(90)
        tx["maxPriorityFeePerGas"], tx["maxFeePerGas"] = tip, tip + number(90)
    if kind > 0:
        tx["type"], tx["accessList"] = kind, access_list()
    if kind == 3:
        tx["maxFeePerBlobGas"] = number(64)
        tx["blobVersionedHashes"] = ["0x01" + rng.randbytes(31).hex() for _ in range(rng.randint(1, 6))]
    if kind == 4:
        tx["authorizationList"] = []
        for _ in range(rng.randint(1, 3)):
            signer = Account.from_key(rng.randbytes(32))
            signed = signer.sign_authorization(
                {"chainId": rng.choice([0, 1, 56]), "address": bytes.fromhex(address()[2:]), "nonce": number(60)})
            tx["authorizationList"].append(signed)
    signed = account.sign_transaction(tx)
    shown = dict(tx)
    if kind == 4:
        shown["authorizationList"] = [
            {"chainId": a.chain_id, "address": "0x" + a.address.hex(), "nonce": a.nonce, "yParity": a.y_parity, "r": a.r, "s": a.s,
             "authority": a.authority if isinstance(a.authority, str) else "0x" + a.authority.hex()}
            for a in tx["authorizationList"]]
    cases.append({"key": "0x" + account.key.hex().removeprefix("0x"), "sender": account.address, "transaction": quantities(shown),
                  "raw": "0x" + signed.raw_transaction.hex().removeprefix("0x"),
                  "hash": "0x" + signed.hash.hex().removeprefix("0x"),
                  "v": hex(signed.v), "r": hex(signed.r), "s": hex(signed.s)})
lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
pathlib.Path(__file__).with_name("vectors.json").write_text("[\n" + lines + "\n]\n")
